import type { CompiledPolicy } from './compiled.js';
import type { ActionTypeLibrary } from './action-types.js';
import { bundleOf, libraryOf, NO_LIBRARY, partsOf, resolveTypes, without } from './action-types.js';
import { compileCalendar } from './calendar.js';
import { checkNames, mayCompile } from './check-names.js';
import { compileBinding } from './compile-binding.js';
import type { Compilation } from './compile-type.js';
import { compileType } from './compile-type.js';
import type { PolicyDocument } from './document.js';
import type { CompiledGate } from './gates.js';
import {
  BUILT_IN_GATE,
  compileGate,
  escalationFault,
  gateFault,
  patternFault,
  quorumFault,
  remembersSeconds,
} from './gates.js';
import { addTypeClasses, addTypeMoney } from './merge-type.js';
import { expandPatterns } from './patterns.js';
import type { PolicyProblem, ProblemList } from './problems.js';
import { readDocument } from './read-document.js';

export interface LoadedPolicy {
  /** The compiled policy, or null when there is any problem. */
  readonly policy: CompiledPolicy | null;
  readonly problems: readonly PolicyProblem[];
  /** The text with the action types that it takes from the library: what to publish, readable without the library. */
  readonly content: string;
}

function compileGates(document: PolicyDocument, problems: ProblemList): Map<string, CompiledGate> {
  const gates = new Map<string, CompiledGate>();
  const calendars = new Map(
    Object.entries(document.calendars).map(([name, one]) => [name, compileCalendar(name, one)] as const),
  );
  for (const [name, declaration] of Object.entries(document.gates)) {
    const gate = compileGate(name, declaration, calendars);
    const fault =
      quorumFault(declaration) ?? patternFault(declaration) ?? escalationFault(declaration) ?? gateFault(gate);
    if (fault !== null) problems.add(['gates', name], fault);
    const { calendar } = declaration.sla ?? {};
    if (calendar !== undefined && !calendars.has(calendar))
      problems.add(
        ['gates', name, 'sla', 'calendar'],
        `expected one of the calendars: ${[...calendars.keys()].join(', ')}`,
      );
    if (gate.sample !== null && document.audit === undefined)
      problems.add(
        ['gates', name, 'audit'],
        'expected `audit` of the policy beside this: it names the gate of an audit',
      );
    if (declaration.break_glass !== undefined && document.break_glass === undefined)
      problems.add(
        ['gates', name, 'break_glass'],
        'expected `break_glass` of the policy beside this: it names the gate of the review afterwards',
      );
    gates.set(name, gate);
  }
  return gates;
}

function compile(written: PolicyDocument, problems: ProblemList): CompiledPolicy {
  const { document, places } = expandPatterns(written);
  const gates = compileGates(document, problems);
  const fallback = gates.get(document.fallback) ?? BUILT_IN_GATE;
  const compilation: Compilation = { document, gates, fallback, places, problems };
  checkNames({ ...compilation, document: written });
  const { name, tenant, mode } = document;
  const general = document.rollout.mode ?? mode;
  const environments = new Map(
    Object.entries(document.environments).map(([key, one]) => [key, { bypass: one.bypass, mode: one.mode ?? general }]),
  );
  const types = new Map(Object.keys(document.action_types).map((type) => [type, compileType(compilation, type)]));
  const allowGrantTtlSeconds = document.allow_grant_ttl;
  const said = { name, tenant, mode, environments, types, gates, fallback, allowGrantTtlSeconds, document };
  return { ...said, remembersSeconds: remembersSeconds(gates.values()), ...compileBinding(compilation) };
}

/**
 * Reads, checks and compiles a policy file. Never throws.
 * @param text the policy, and behind lines of three dashes the action types that come with it
 * @param file name for the problems
 * @param library action types' own files, for a policy that takes types from there
 */
export function loadPolicy(text: string, file: string, library: ActionTypeLibrary = NO_LIBRARY): LoadedPolicy {
  const [main, ...parts] = partsOf(text);
  const { document: read, problems } = readDocument(main, file);
  if (read === null) return { policy: null, problems: problems.items, content: text };
  const own = libraryOf(parts.map((part) => ({ file, text: part })));
  const others = without(library, own);
  const document = addTypeClasses(addTypeMoney(resolveTypes(read, { own, others }, problems)));
  const policy = mayCompile(document, problems) ? compile(document, problems) : null;
  const items = [...problems.items, ...own.problems];
  return { policy: items.length > 0 ? null : policy, problems: items, content: bundleOf(text, read, others) };
}
