import { ENVIRONMENTS } from '@countersign/canonical';
import type { CompiledPolicy } from '../compiled.js';
import type { ModeName, PolicyDocument } from '../document.js';
import type { PolicyChange } from './change.js';
import { durationText, effectOf, moves } from './change.js';
import { gateChanges } from './gate-changes.js';
import { leafChanges } from './leaf-changes.js';
import { classificationChanges, matrixChanges } from './matrix-changes.js';
import { ruleChanges } from './rule-changes.js';

/** Modes in rising strictness: how much of a decision binds. */
export const MODE_RANKS: Readonly<Record<ModeName, number>> = { off: 0, shadow: 1, soft: 2, partial: 3, enforce: 4 };

function modeChange(subject: string, from: ModeName, to: ModeName): PolicyChange[] {
  if (from === to) return [];
  const text = `mode changes from ${from} to ${to}`;
  return [{ subject, text, effect: effectOf(MODE_RANKS[to] - MODE_RANKS[from]) }];
}

/** Parts with names, such as gates and facts: those that come, those that go, and what changed about the others. */
function namedChanges<T>(
  what: string,
  from: ReadonlyMap<string, T>,
  to: ReadonlyMap<string, T>,
  changes: (name: string, before: T, after: T) => PolicyChange[],
): PolicyChange[] {
  const added = [...to.keys()].filter((name) => !from.has(name));
  const removed = [...from.keys()].filter((name) => !to.has(name));
  const both = [...to].flatMap(([name, after]) => {
    const before = from.get(name);
    return before === undefined ? [] : changes(name, before, after);
  });
  return [
    ...added.map((name) => ({ subject: `${what} ${name}`, text: 'is added', effect: null })),
    ...removed.map((name) => ({ subject: `${what} ${name}`, text: 'is removed', effect: null })),
    ...both,
  ];
}

const mapOf = <T>(record: Readonly<Record<string, T>> | undefined): Map<string, T> =>
  new Map(Object.entries(record ?? {}));

function environmentChanges(before: CompiledPolicy, after: CompiledPolicy): PolicyChange[] {
  return ENVIRONMENTS.flatMap((environment) => {
    const subject = `environment ${environment}`;
    const [from, to] = [before.environments.get(environment), after.environments.get(environment)];
    const [was, is] = [from?.bypass ?? false, to?.bypass ?? false];
    const bypass =
      was === is
        ? []
        : [{ subject, text: is ? 'is bypassed' : 'is no longer bypassed', effect: effectOf(is ? -1 : 1) }];
    const isOwn = [before, after].some(({ document }) => document?.environments[environment]?.mode !== undefined);
    return [...bypass, ...(isOwn ? modeChange(subject, from?.mode ?? before.mode, to?.mode ?? after.mode) : [])];
  });
}

const AUDIT_RISINGS = { allowed: 'stricter', approved: 'stricter', evidence: 'stricter', share: 'stricter' } as const;

function topChanges(before: CompiledPolicy, after: CompiledPolicy): PolicyChange[] {
  const subject = 'policy';
  const changes = modeChange(subject, before.mode, after.mode);
  if (before.fallback.name !== after.fallback.name)
    changes.push({
      subject,
      text: `fallback gate changes from ${before.fallback.name} to ${after.fallback.name}`,
      effect: effectOf(after.fallback.severity - before.fallback.severity),
    });
  const [was, is] = [before.allowGrantTtlSeconds, after.allowGrantTtlSeconds];
  if (was !== is)
    changes.push({
      subject,
      text: `life of the grant of allowed actions ${moves(was, is)} from ${durationText(was)} to ${durationText(is)}`,
      effect: effectOf(was - is),
    });
  return changes;
}

function partChanges(from: PolicyDocument | null, to: PolicyDocument | null): PolicyChange[] {
  const byName = (what: string) => (name: string, before: unknown, after: unknown) =>
    leafChanges(`${what} ${name}`, before, after);
  return [
    ...namedChanges('action type', mapOf(from?.action_types), mapOf(to?.action_types), byName('action type')),
    ...namedChanges('calendar', mapOf(from?.calendars), mapOf(to?.calendars), byName('calendar')),
    ...namedChanges('fact', mapOf(from?.facts), mapOf(to?.facts), byName('fact')),
    ...namedChanges('velocity', mapOf(from?.velocity), mapOf(to?.velocity), byName('velocity')),
    ...leafChanges('rollout', from?.rollout, to?.rollout, AUDIT_RISINGS),
    ...leafChanges('audits', from?.audit, to?.audit, AUDIT_RISINGS),
    ...leafChanges('break glass', from?.break_glass, to?.break_glass),
    ...leafChanges('drift guard', from?.drift_guard, to?.drift_guard, AUDIT_RISINGS),
    ...leafChanges('activation', from?.activation, to?.activation, { min_history: 'stricter' }),
    ...leafChanges('description', from?.description, to?.description),
  ];
}

/** Everything that differs between two versions of a policy, in words, what matters most first. */
export const describeChanges = (before: CompiledPolicy, after: CompiledPolicy): readonly PolicyChange[] => [
  ...topChanges(before, after),
  ...environmentChanges(before, after),
  ...ruleChanges(before, after),
  ...namedChanges('gate', before.gates, after.gates, (_name, from, to) => gateChanges(from, to)),
  ...matrixChanges(before, after),
  ...classificationChanges(before, after),
  ...partChanges(before.document, after.document),
];
