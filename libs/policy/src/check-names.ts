import type { Compilation } from './compile-type.js';
import type { PolicyDocument } from './document.js';
import type { ProblemList } from './problems.js';
import { expandPatterns, misplacedEnvironments } from './patterns.js';
import { BUILT_IN_GATE, grantTtlFault } from './gates.js';
import { covers } from './stated-by.js';

function checkGateNames({ document, gates, problems }: Compilation): void {
  const known = [...gates.keys()].join(', ');
  const check = (name: string | undefined, ...path: (string | number)[]): void => {
    if (name !== undefined && !gates.has(name)) problems.add(path, `expected one of the gates: ${known}`);
  };
  check(document.fallback, 'fallback');
  check(document.audit?.gate, 'audit', 'gate');
  check(document.break_glass?.review, 'break_glass', 'review');
  check(document.drift_guard?.gate, 'drift_guard', 'gate');
  document.rules.forEach(({ gate, then }, index) => {
    check(gate, 'rules', index, 'gate');
    if ((then === 'require_approval') !== (gate !== undefined)) {
      problems.add(['rules', index, 'then'], 'expected a gate with require_approval, and only there');
    }
  });
  document.matrix.forEach(({ gate, approval }, index) => {
    check(gate, 'matrix', index, 'gate');
    if ((approval === 'no') === (gate !== undefined))
      problems.add(['matrix', index, 'approval'], 'expected a gate with yes and maybe, and only there');
  });
}

function checkTypesAndNames({ document, problems }: Compilation): void {
  const known = Object.keys(document.action_types);
  const check = (types: readonly string[] | undefined, ...path: (string | number)[]): void =>
    types?.forEach((type, index) => {
      if (!known.includes(type))
        problems.add([...path, 'for', index], `expected one of the action types: ${known.join(', ')}`);
    });
  document.rules.forEach((rule, index) => {
    check(rule.for, 'rules', index);
    const first = document.rules.findIndex((other) => other.name === rule.name);
    if (first !== index) problems.add(['rules', index, 'name'], 'expected a name that no other rule has');
  });
  document.rollout.segments.forEach((segment, index) => check(segment.for, 'rollout', 'segments', index));
  for (const [name, one] of Object.entries(document.velocity)) check(one.for, 'velocity', name);
  for (const [axis, cases] of Object.entries(document.classify ?? {})) {
    cases.forEach((one, index) => check(one.for, 'classify', axis, index));
  }
}

function checkTop({ document, problems }: Compilation): void {
  if (document.name === BUILT_IN_GATE.name) problems.add(['name'], 'expected another name: this one is taken');
  const { production } = document.environments;
  if (production?.bypass)
    problems.add(['environments', 'production', 'bypass'], 'expected no bypass: production cannot bypass a gate');
  const fault = grantTtlFault(document.allow_grant_ttl);
  if (fault !== null) problems.add(['allow_grant_ttl'], fault);
  if (document.matrix.length > 0 && !document.classify) problems.add(['matrix'], 'expected `classify` beside `matrix`');
}

function checkPatterns({ document, problems }: Compilation): void {
  for (const path of misplacedEnvironments(document))
    problems.add(path, 'expected the text at /environment: a gate of the pattern environment reads it');
  const { rules } = expandPatterns(document).document;
  const twin = rules.find(({ name }, index) => rules.findIndex((other) => other.name === name) !== index);
  const index = document.rules.findIndex(({ name }) => name === twin?.name);
  if (twin) problems.add(['rules', Math.max(index, 0), 'name'], 'expected a name that no other rule has');
}

/** What is stored as a keyed hash cannot be summed. */
function checkVelocity({ document, problems }: Compilation): void {
  for (const [name, { sum, for: types }] of Object.entries(document.velocity)) {
    for (const type of types ?? Object.keys(document.action_types)) {
      const { facts = {}, sensitive = [] } = document.action_types[type] ?? {};
      const at = sum === undefined ? undefined : (facts[sum] ?? document.facts[sum])?.at;
      const isSensitive = (place: string | undefined): boolean =>
        place !== undefined && sensitive.some((one) => covers(one, place) || covers(place, one));
      if (isSensitive(at))
        problems.add(['velocity', name, 'sum'], `expected a fact that ${type} does not call sensitive: ${REMEDY}`);
    }
  }
}

const REMEDY = 'its values are keyed hashes in the log; take another one, or take it out of `sensitive`';

/** Compiled conditions and facts, each once for every action type: more would only cost time. */
const MAX_COMPILED = 5_000;

function isTooLarge({ action_types, facts, rules, rollout, velocity }: PolicyDocument): boolean {
  const types = Object.keys(action_types).length;
  const spoken = [...rules, ...rollout.segments].reduce(
    (sum, { for: of }) => sum + Math.min(of?.length ?? types, types),
    0,
  );
  const shared = (Object.keys(facts).length + Object.keys(velocity).length) * types;
  return spoken > MAX_COMPILED || shared > MAX_COMPILED || types > MAX_COMPILED;
}

/** Whether the policy may be compiled at all; a problem when not. */
export function mayCompile(document: PolicyDocument, problems: ProblemList): boolean {
  const tooLarge = isTooLarge(document);
  if (tooLarge)
    problems.add(['action_types'], `expected at most ${MAX_COMPILED} rules and facts over all action types`);
  return !tooLarge;
}

/** Adds a problem for each name that stands for nothing, and for what no policy may say. */
export function checkNames(compilation: Compilation): void {
  checkTop(compilation);
  checkGateNames(compilation);
  checkTypesAndNames(compilation);
  checkPatterns(compilation);
  checkVelocity(compilation);
}
