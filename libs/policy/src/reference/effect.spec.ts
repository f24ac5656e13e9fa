import fc from 'fast-check';
import type { PolicyAction } from '../action.js';
import { decide } from '../decide.js';
import type { CompiledPolicy } from '../compiled.js';
import { loadPolicy } from '../load-policy.js';
import { testDraws } from '../rollout/testing/draws.js';
import { effectPlainly } from './effect.js';

const GATES = `
  one: { quorum: 1, roles: [r], audit: { sample: 0.4 } }
  two: { quorum: 2, roles: [r] }
  dry: { quorum: 2, roles: [r], pattern: dry-run, diff: required }
  all: { quorum: 3, roles: [r], audit: { sample: 0 } }`;
const RULES = `
  - { name: large, when: n > 100.0, then: deny }
  - { name: changes, when: 'n > 50.0', then: require_approval, gate: dry }
  - { name: medium, when: n > 20.0, then: require_approval, gate: two }
  - { name: small, when: n > 10.0, then: require_approval, gate: one }
  - { name: rest, when: n >= 0.0, then: allow }`;

const mode = fc.constantFrom('off', 'shadow', 'soft', 'partial', 'partial', 'partial', 'enforce');
const maybe = (line: fc.Arbitrary<string>) => fc.option(line, { nil: '' });
const segment = fc.tuple(fc.constantFrom('n < 5.0', 'n > 30.0', 'm > 1.0'), mode, fc.constantFrom('', 'for: [pay], '));
const lines = fc.tuple(
  maybe(mode.map((one) => `mode: ${one}`)),
  maybe(fc.constantFrom(0, 1, 25, 50, 75, 100).map((share) => `share: ${share}`)),
  maybe(mode.map((one) => `agents: { payer: { mode: ${one} } }`)),
  maybe(
    fc
      .array(segment, { minLength: 1, maxLength: 3 })
      .map(
        (all) =>
          `segments: [${all.map(([when, own, types], at) => `{ name: s${at}, ${types}when: '${when}', mode: ${own} }`).join(', ')}]`,
      ),
  ),
);
const rollout = lines.map((all) => `rollout: { ${all.filter((line) => line !== '').join(', ')} }`);
const staging = maybe(
  fc
    .tuple(fc.boolean(), maybe(mode.map((one) => `, mode: ${one}`)))
    .map(([bypass, own]) => `environments: { staging: { bypass: ${bypass}${own} } }`),
);
const guard = maybe(fc.constantFrom('one', 'two', 'dry').map((gate) => `drift_guard: { gate: ${gate}, evidence: 3 }`));
const sample = fc.constantFrom(0, 0.1, 0.5, 1);
const audit = fc
  .tuple(sample, sample)
  .map(([a, b]) => `audit: { sample: { allowed: ${a}, approved: ${b} }, gate: two }`);

function policyOf(text: string): CompiledPolicy {
  const { policy, problems } = loadPolicy(text, 'p.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}
const anyPolicy = fc
  .tuple(mode, rollout, staging, guard, audit)
  .map(([own, ...more]) =>
    policyOf(
      `name: pays\nmode: ${own}\naction_types: { pay: { facts: { n: { at: /parameters/n, type: number }, m: { at: /parameters/m, type: number } } } }\nrules:${RULES}\ngates:${GATES}\nfallback: all\n${more.join('\n')}\n`,
    ),
  );

/** Compiling a policy takes longer than hundreds of decisions. */
const policies = fc.constantFrom(...fc.sample(anyPolicy, 300));

const named = fc.constantFrom(null, 'order:1', 'order:2', 'customer:3');
const state = fc.constantFrom(null, { text: 'x' });
const actions: fc.Arbitrary<PolicyAction> = fc
  .tuple(
    fc.constantFrom('pay', 'pay', 'pay', 'pay', 'other'),
    fc.constantFrom('production', 'staging'),
    fc.constantFrom(0, 4, 15, 25, 40, 60, 500, undefined, 'x'),
    fc.constantFrom(0, 5, undefined),
    fc.constantFrom('payer', 'other-agent', undefined),
    fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 9_999 }) }, fc.constant(undefined)),
    fc.tuple(state, state, named, named),
  )
  .map(([action_type, environment, n, m, agent_id, id, [before, after, target, on_behalf_of]]) => ({
    ...{ action_type, environment, target, on_behalf_of, agent_version: 'v1', model_id: 'm1' },
    ...{ confidence: null, parameters: { n, m } as PolicyAction['parameters'], signals: null, before, after },
    ...(agent_id !== undefined && { agent_id }),
    ...(id !== undefined && { action_id: `act_${id}` }),
  }));
const evidence = fc.constantFrom(0, 2, 3, 10, null);
const draws = testDraws();

/** What the evaluator that decides says, in the words of the reference. */
function effectOf(policy: CompiledPolicy, action: PolicyAction, known: number | null) {
  const found = decide({ policy, version: 1 }, action, { tenant: 'acme', evidence: () => known, draws });
  const { policy_decision: decision, effective_decision: effective, mode: own, bypass, sample_probability } = found;
  const [gate, advisory_gate, audit_gate] = [found.gate, found.advisory_gate, found.audit_gate].map(
    (one) => one?.name ?? null,
  );
  const said = { decision, effective, mode: own, bypass, gate, advisory_gate };
  return {
    said: { ...said, probability: sample_probability, audit_gate },
    reached: `${own} ${effective} ${bypass} ${audit_gate}`,
  };
}

describe('the effect of a decision', () => {
  it('is the same by the evaluator that decides and by the reference, for 10,000 random policies and actions', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(policies, actions, evidence, (policy, action, known) => {
        if (policy.document === null) throw new Error('no document');
        const found = effectOf(policy, action, known);
        reached.add(found.reached);
        const plain = effectPlainly(policy.document, action, {
          ...{ tenant: 'acme', evidence: known, failed: false },
          place: draws.place,
        });
        expect(found.said).toEqual(plain);
      }),
      { numRuns: 10_000 },
    );
    expect(reached.size).toBeGreaterThan(15);
  });

  it('binds in every mode when a condition fails', () => {
    fc.assert(
      fc.property(policies, actions, evidence, (policy, action, known) => {
        const type = policy.types.get('pay');
        if (type === undefined || typeof (action.parameters as { n?: unknown }).n !== 'number') return;
        if (action.action_type !== 'pay') return;
        const rules = type.rules.map((one) => ({ ...one, condition: one.condition && failing(one.condition) }));
        const broken = { ...policy, types: new Map([['pay', { ...type, rules }]]) };
        const found = effectOf(broken, action, known).said;
        expect([found.effective, found.bypass]).toEqual([found.decision, null]);
        expect(found.decision).not.toBe('allow');
      }),
      { numRuns: 1_000 },
    );
  });
});

const failing = <T extends object>(condition: T): T => ({
  ...condition,
  test: (): never => {
    throw new Error('broken');
  },
});
