import type { CompiledPolicy } from './compiled.js';
import { compileBinding } from './compile-binding.js';
import type { Compilation } from './compile-type.js';
import { compileType } from './compile-type.js';
import type { PolicyDocument } from './document.js';
import type { CompiledGate } from './gates.js';
import { BUILT_IN_GATE, compileGate, gateFault, grantTtlFault, quorumFault } from './gates.js';
import type { PolicyProblem, ProblemList } from './problems.js';
import { readDocument } from './read-document.js';

export interface LoadedPolicy {
  /** The compiled policy, or null when there is any problem. */
  readonly policy: CompiledPolicy | null;
  readonly problems: readonly PolicyProblem[];
}

function compileGates(document: PolicyDocument, problems: ProblemList): Map<string, CompiledGate> {
  const gates = new Map<string, CompiledGate>();
  for (const [name, declaration] of Object.entries(document.gates)) {
    const gate = compileGate(name, declaration);
    const fault = quorumFault(declaration) ?? gateFault(gate);
    if (fault !== null) problems.add(['gates', name], fault);
    gates.set(name, gate);
  }
  return gates;
}

function checkGateNames({ document, gates, problems }: Compilation): void {
  const known = [...gates.keys()].join(', ');
  const check = (name: string | undefined, ...path: (string | number)[]): void => {
    if (name !== undefined && !gates.has(name)) problems.add(path, `expected one of the gates: ${known}`);
  };
  check(document.fallback, 'fallback');
  check(document.audit?.gate, 'audit', 'gate');
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

function compile(document: PolicyDocument, problems: ProblemList): CompiledPolicy {
  const gates = compileGates(document, problems);
  const fallback = gates.get(document.fallback) ?? BUILT_IN_GATE;
  const compilation: Compilation = { document, gates, fallback, problems };
  checkTop(compilation);
  checkGateNames(compilation);
  checkTypesAndNames(compilation);
  const { name, tenant, mode } = document;
  const environments = new Map(
    Object.entries(document.environments).map(([key, one]) => [key, { bypass: one.bypass, mode: one.mode ?? mode }]),
  );
  const types = new Map(Object.keys(document.action_types).map((type) => [type, compileType(compilation, type)]));
  const allowGrantTtlSeconds = document.allow_grant_ttl;
  const said = { name, tenant, mode, environments, types, gates, fallback, allowGrantTtlSeconds, document };
  return { ...said, ...compileBinding(compilation) };
}

/**
 * Reads, checks and compiles a policy file. Never throws.
 * @param file name for the problems
 */
export function loadPolicy(text: string, file: string): LoadedPolicy {
  const { document, problems } = readDocument(text, file);
  const policy = document === null ? null : compile(document, problems);
  return { policy: problems.items.length > 0 ? null : policy, problems: problems.items };
}
