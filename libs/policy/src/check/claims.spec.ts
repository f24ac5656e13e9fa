import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryOf } from '../action-types.js';
import type { PolicyAction } from '../action.js';
import type { CompiledPolicy, CompiledRule, CompiledType } from '../compiled.js';
import type { Fact } from '../facts.js';
import { loadPolicy } from '../load-policy.js';
import { ruleChoice, severityOfChoice } from '../weigh.js';
import { checkCells, checkPolicy } from './check-policy.js';
import { observe } from './observe.js';
import type { Observation } from './observe.js';
import type { Random } from './random.js';
import { seededRandom } from './random.js';

const FOLDER = join(import.meta.dirname, '../../../../infra/policies');

const yamlFiles = (folder: string): { file: string; text: string }[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ file: name, text: readFileSync(join(folder, name), 'utf8') }));

const FOLDERS = [FOLDER, join(FOLDER, 'examples')];
const library = libraryOf(yamlFiles(join(FOLDER, 'action_types')));

function load(text: string, file: string): CompiledPolicy {
  const { policy, problems } = loadPolicy(text, file, library);
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

const pick = <T>(values: readonly T[], random: Random): T => values[Math.floor(random() * values.length)]!;

/** Every literal of the conditions, read from their text: this generator shares nothing with the checker's own. */
function literalsOf({ rules, axes }: CompiledType): { texts: string[]; numbers: number[] } {
  const conditions = [...rules, ...(axes ?? []).flatMap(({ cases }) => cases)].flatMap(
    ({ condition }) => condition ?? [],
  );
  const text = conditions.map((condition) => condition.text).join(' ');
  const texts = [...text.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, a, b]) => a ?? b ?? '');
  return { texts, numbers: [...text.matchAll(/\d+(\.\d+)?/g)].map(([number]) => Number(number)) };
}

function rawOf({ declaration }: Fact, { texts, numbers }: ReturnType<typeof literalsOf>, random: Random): unknown {
  const near = pick([...numbers, 1], random);
  switch (declaration.type) {
    case 'money': {
      const amount = Math.max(pick([near, near + 0.01, near - 0.01, 10_000 * random()], random), 0.01).toFixed(2);
      const money = declaration.bare_number ? Number(amount) : { value: amount, currency: declaration.currency };
      const nested = (declaration.each ?? '')
        .split('/')
        .slice(1)
        .reduceRight<unknown>((inner, token) => ({ [token]: inner }), money);
      return declaration.fold === undefined ? money : pick([[nested], [nested, nested]], random);
    }
    case 'number':
      return pick([near, near + 0.001, near - 0.001, random()], random);
    case 'int':
      return Math.round(pick([near, near + 1, near - 1, 20 * random()], random));
    case 'bool':
      return random() < 0.5;
    case 'string':
      return pick(
        declaration.one_of ?? [...texts, 'production', 'staging', 'quite another', texts.join(' and ')],
        random,
      );
    case 'strings':
      return pick([[], texts, [pick([...texts, 'another'], random)]], random);
  }
}

function put(root: Record<string, unknown>, tokens: readonly string[], value: unknown): void {
  const [first = '', ...rest] = tokens;
  if (rest.length === 0) root[first] = value;
  else put((root[first] ??= {}) as Record<string, unknown>, rest, value);
}

function anyAction(
  name: string,
  type: CompiledType,
  literals: ReturnType<typeof literalsOf>,
  random: Random,
): PolicyAction {
  const action: Record<string, unknown> = { action_type: name, environment: 'production', parameters: {}, stated: {} };
  for (const fact of type.facts) {
    if (random() < 0.05) continue;
    put(action, fact.tokens, rawOf(fact, literals, random));
    if (fact.group === null) (action['stated'] as Record<string, string>)[fact.pointer] = fact.source;
  }
  return action as unknown as PolicyAction;
}

const outcome = ({ then, gate }: CompiledRule): string => `${then} ${gate?.name ?? ''}`;
const severity = (rule: CompiledRule): number => severityOfChoice(ruleChoice(rule));

/** What the checker did not report, and so must not exist. */
class Claims {
  private readonly told: ReadonlySet<string>;
  private readonly unmet: ReadonlySet<string>;

  constructor(policy: CompiledPolicy) {
    const findings = checkPolicy(policy);
    this.told = new Set(findings.map(({ code, action_type, rule, path }) => keyOf(code, action_type, rule, path)));
    this.unmet = new Set(checkCells(policy).flatMap(({ cell, witness }) => (witness === null ? [cell] : [])));
  }

  /** What an observation contradicts. */
  contradictedBy(name: string, { rules }: CompiledType, { first, cell, rules: results }: Observation): string[] {
    if (first === null) return [];
    const rule = rules[first];
    const found = cell !== null && this.unmet.has(cell.label) ? [`stands in ${cell.label}`] : [];
    if (rule === undefined) return this.told.has(`gap ${name}`) ? found : [...found, 'no rule decides'];
    if (this.told.has(`dead_rule ${rule.name}`)) found.push(`${rule.name} decides`);
    const isLooser = cell?.approval === 'yes' && severity(rule) < (cell.gate?.severity ?? 0);
    if (isLooser && !this.told.has(`looser_than_yes ${rule.name}`))
      found.push(`${rule.name} is looser than ${cell.label}`);
    const others = rules.filter((other, at) => results[at] === true && differ(rule, other));
    const meets = others.filter((other) => !this.told.has(`overlap ${rule.name} ${other.name}`));
    return [...found, ...meets.map((other) => `${rule.name} and ${other.name} meet`)];
  }
}

const keyOf = (code: string, type = '', rule = '', path: readonly string[] = []): string =>
  code === 'overlap' ? `${code} ${rule} ${path[1] ?? ''}` : `${code} ${code === 'gap' ? type : rule}`;

/** Rules of which one must come first, because they say different things. */
const differ = (a: CompiledRule, b: CompiledRule): boolean =>
  a !== b && a.condition !== null && b.condition !== null && outcome(a) !== outcome(b);

/** Every contradiction in so many random actions of each type, with one action each. */
function contradictions(policy: CompiledPolicy, count: number, random: Random): Record<string, PolicyAction> {
  const claims = new Claims(policy);
  const found: Record<string, PolicyAction> = {};
  for (const [name, type] of policy.types) {
    const literals = literalsOf(type);
    for (let drawn = 0; drawn < count; drawn += 1) {
      const action = anyAction(name, type, literals, random);
      for (const one of claims.contradictedBy(name, type, observe(type, action))) found[`${name}: ${one}`] ??= action;
    }
  }
  return found;
}

describe('no random action contradicts what the checker says', () => {
  it.each(FOLDERS.flatMap(yamlFiles).map(({ file, text }) => [file, text]))('%s: 20,000 actions', (file, text) => {
    const policy = load(text, file);
    const each = Math.ceil(20_000 / policy.types.size);
    expect(contradictions(policy, each, seededRandom(7))).toEqual({});
  });

  const comparison = fc.oneof(
    fc
      .tuple(fc.constantFrom('<', '<=', '>', '>=', '=='), fc.integer({ min: 1, max: 4 }))
      .map(([op, n]) => `amount ${op} money("${n}00.00", "USD")`),
    fc.tuple(fc.constantFrom('<', '>='), fc.integer({ min: 1, max: 9 })).map(([op, n]) => `score ${op} 0.${n}`),
    fc.constantFrom('kind == "a"', 'kind in ["b", "c"]', 'flag', 'note.contains("x")', 'note == "xy"'),
  );
  const condition = fc.letrec<{ all: string; node: string }>((tie) => ({
    all: fc.oneof({ maxDepth: 2 }, comparison, tie('node')),
    node: fc.oneof(
      fc.tuple(tie('all'), fc.constantFrom('&&', '||'), tie('all')).map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('all').map((a) => `!(${a})`),
      fc.tuple(tie('all'), tie('all'), tie('all')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
  })).all;
  const rule = fc.tuple(condition, fc.constantFrom('then: allow', 'then: deny', 'then: require_approval, gate: one'));

  it('made-up policies', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), fc.integer(), (rules, seed) => {
        const lines = rules.map(([when, then], index) => `  - { name: r${index}, when: '${when}', ${then} }`);
        const policy = load(made(lines.join('\n')), 'made-up.yaml');
        expect(contradictions(policy, 300, seededRandom(seed))).toEqual({});
      }),
      { numRuns: 40, seed: 11 },
    );
  });
});

const made = (rules: string): string => `name: made-up
action_types:
  pay:
    facts:
      amount: { at: /parameters/amount, type: money, currency: USD, above: '0.00' }
      score: { at: /signals/score, type: number, min: 0, max: 1 }
      kind: { at: /parameters/kind, type: string, one_of: [a, b, c] }
      flag: { at: /signals/flag, type: bool }
      note: { at: /parameters/note, type: string }
classify:
  impact: [{ is: high, when: 'amount > money("200.00", "USD")' }, { is: low, when: flag }, { is: medium }]
  reversibility: [{ is: low, when: kind == "b" }, { is: high }]
  regulatory_pressure: [{ is: medium }]
matrix: [{ impact: high, approval: yes, gate: one }, { impact: low, approval: no }]
rules:
${rules}
gates: { one: { quorum: 1, roles: [r] } }
fallback: one
`;
