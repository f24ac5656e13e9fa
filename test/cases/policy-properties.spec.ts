import fc from 'fast-check';
import type { CompiledPolicy, PolicyAction, PolicySet } from '@countersign/policy';
import { compareDecisions, evaluate, policySetOf } from '@countersign/policy';
import { randomActions } from './random-actions.js';
import { policyFolders } from './ready-policies.js';

const folders = policyFolders();
const policies = folders.flatMap((folder) => folder.policies);
const TENANT = 'acme';

const setOf = (some: readonly CompiledPolicy[]): PolicySet =>
  policySetOf(some.map((policy) => ({ policy, version: 1 })));

/** Each policy alone, and each folder's policies beside each other. */
const sets: readonly (readonly [string, readonly CompiledPolicy[]])[] = [
  ...policies.map((policy) => [policy.name, [policy]] as const),
  ...folders.map((folder) => [folder.folder, folder.policies] as const),
];

/** Every way to take one member away, at any depth; elements of lists stay. */
function* withoutOne(node: unknown): Generator<unknown> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    if (!Array.isArray(node)) {
      yield { ...node, [key]: null };
      // A proposal has every member, null where nothing is stated.
      if (!Object.hasOwn(node, 'action_type'))
        yield Object.fromEntries(Object.entries(node).filter(([other]) => other !== key));
    }
    for (const smaller of withoutOne(child))
      yield Array.isArray(node) ? node.with(Number(key), smaller) : { ...node, [key]: smaller };
  }
}

// What no agent states: the type and the environment are the question itself, sources are noted by intake.
const KEPT = ['action_type', 'environment', 'stated'];

describe('missing never loosens', () => {
  it.each(sets)('%s gives no looser decision when any field is removed or null', (_name, some) => {
    const set = setOf(some);
    fc.assert(
      fc.property(randomActions(some), (whole) => {
        const decided = evaluate(set, TENANT, whole);
        for (const part of withoutOne(whole) as Generator<PolicyAction>) {
          if (KEPT.some((key) => part[key as keyof PolicyAction] !== whole[key as keyof PolicyAction])) continue;
          expect(compareDecisions(evaluate(set, TENANT, part), decided)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each(sets)('%s gives the strictest decision that any confidence could give', (_name, some) => {
    const set = setOf(some);
    const known = fc.constantFrom(...Array.from({ length: 1_001 }, (_, index) => index / 1_000));
    fc.assert(
      fc.property(randomActions(some), known, (whole, confidence) => {
        const unknown = evaluate(set, TENANT, { ...whole, confidence: null });
        expect(compareDecisions(unknown, evaluate(set, TENANT, { ...whole, confidence }))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 100 },
    );
  });
});

interface Testable {
  test: (context: Record<string, unknown>) => unknown;
}

/** Every condition of a policy, in rules, axes and segments. */
function conditionsOf({ types }: CompiledPolicy): Testable[] {
  return [...types.values()].flatMap(({ rules, axes, segments }) =>
    [...rules, ...segments, ...(axes ?? []).flatMap((axis) => axis.cases)].flatMap(({ condition }) =>
      condition === null ? [] : [condition as Testable],
    ),
  );
}

const fail = (): never => {
  throw new RangeError('broken');
};

/** Runs the body while the condition fails. */
function whileBroken(condition: Testable, body: () => void): void {
  const sound = condition.test;
  condition.test = fail;
  try {
    body();
  } finally {
    condition.test = sound;
  }
}

describe('an error never allows', () => {
  it.each(policies.map((policy) => [policy.name, policy] as const))(
    '%s gives no looser decision when any of its conditions fails',
    (_name, policy) => {
      const set = setOf([policy]);
      fc.assert(
        fc.property(randomActions([policy]), (action) => {
          const decided = evaluate(set, TENANT, action);
          for (const condition of conditionsOf(policy)) {
            whileBroken(condition, () => {
              const broken = evaluate(set, TENANT, action);
              expect(compareDecisions(broken, decided)).toBeGreaterThanOrEqual(0);
              if (broken.trail.some(({ error }) => error === 'broken'))
                expect(broken.effective_decision).not.toBe('allow');
            });
          }
        }),
        { numRuns: 100 },
      );
    },
  );
});
