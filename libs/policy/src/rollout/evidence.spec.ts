import fc from 'fast-check';
import { loadPolicy } from '../load-policy.js';
import { policySetOf } from '../policy-set.js';
import { Evidence, guardsDrift } from './evidence.js';
import type { Tuple } from './evidence.js';
import { LabelJoin } from './label-join.js';
import { shadowReport } from './shadow-report.js';
import type { WatchedDecision } from './shadow-report.js';
import { recordedEvidence } from './wanted.js';

const tuple: Tuple = { tenant: 'acme', agent_id: 'payer', agent_version: 'v1', model_id: 'm1', action_type: 'pay' };

describe('evidence', () => {
  it('counts distinct actions of exactly this agent, version, model and type', () => {
    const evidence = new Evidence();
    evidence.good({ tuple, action_id: 'a', timeMs: 10 });
    evidence.good({ tuple, action_id: 'a', timeMs: 30 });
    evidence.good({ tuple, action_id: 'b', timeMs: 20 });
    for (const other of [
      ...[{ tenant: 'x' }, { agent_id: 'x' }, { agent_version: 'x' }, { model_id: 'x' }, { action_type: 'x' }],
    ])
      expect(evidence.count({ ...tuple, ...other }, 100)).toBe(0);
    expect([9, 10, 19, 20, 100].map((at) => evidence.count(tuple, at))).toEqual([0, 1, 1, 2, 2]);
  });

  it('an action found harmful is evidence no more, whatever else is said of it', () => {
    const evidence = new Evidence();
    evidence.good({ tuple, action_id: 'a', timeMs: 10 });
    evidence.harm('globex', 'a', 12);
    evidence.harm('acme', 'a', 20);
    evidence.good({ tuple, action_id: 'a', timeMs: 30 });
    expect([15, 20, 40].map((at) => evidence.count(tuple, at))).toEqual([1, 0, 0]);
  });

  it('gives the same count in whatever order, and however often, the facts are read', () => {
    const fact = fc.record({
      kind: fc.constantFrom('good', 'harm'),
      action_id: fc.constantFrom('a', 'b', 'c', 'd'),
      timeMs: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 30 }), fc.integer({ min: 0, max: 9 }), (facts, at) => {
        const countOf = (order: typeof facts): number => {
          const evidence = new Evidence();
          for (const { kind, action_id, timeMs } of order)
            if (kind === 'good') evidence.good({ tuple, action_id, timeMs });
            else evidence.harm('acme', action_id, timeMs);
          return evidence.count(tuple, at);
        };
        const until = facts.filter(({ timeMs }) => timeMs <= at);
        const ids = (kind: string) => new Set(until.filter((one) => one.kind === kind).map((one) => one.action_id));
        const wanted = [...ids('good')].filter((id) => !ids('harm').has(id)).length;
        for (const order of [facts, [...facts].reverse(), [...facts, ...facts]]) expect(countOf(order)).toBe(wanted);
      }),
      { numRuns: 500 },
    );
  });

  it('is asked for where a policy has a drift guard', () => {
    const text = 'name: p\naction_types: { pay: {} }\ngates: { one: { quorum: 1, roles: [r] } }\nfallback: one\n';
    const set = (extra: string) => policySetOf([{ policy: loadPolicy(text + extra, 'p.yaml').policy!, version: 1 }]);
    expect(guardsDrift(set(''))).toBe(false);
    expect(guardsDrift(set('drift_guard: { gate: one, evidence: 3 }'))).toBe(true);
  });

  it.each([
    [null, Infinity],
    ['payer v1 / m1 / pay: 3 of 20', 3],
    ['payer v1 / m: 9 of 9 / pay: 0 of 20', 0],
    ['payer v1 / m1 / pay: unknown of 20', null],
  ])('is read back from the decision that rested on it: %p', (unproven, count) => {
    expect(recordedEvidence(unproven)()).toBe(count);
  });
});

describe('labels', () => {
  const DAY_MS = 86_400_000;
  const join = () => {
    const evidence = new Evidence();
    return { evidence, labels: new LabelJoin(evidence) };
  };

  it('meet the agent version and model of their action, in either order, at the later of both times', () => {
    for (const order of [0, 1]) {
      const { evidence, labels } = join();
      const steps = [() => labels.run({ tuple, action_id: 'a', timeMs: 10 }), () => labels.label('acme', 'a', 20)];
      for (const step of order === 0 ? steps : steps.reverse()) step();
      labels.label('globex', 'a', 5);
      expect([19, 20].map((at) => evidence.count(tuple, at))).toEqual([0, 1]);
    }
  });

  it('come within 40 days; what is older is forgotten without another answer', () => {
    const { evidence, labels } = join();
    labels.run({ tuple, action_id: 'old', timeMs: 0 });
    labels.run({ tuple, action_id: 'late', timeMs: DAY_MS });
    labels.label('acme', 'old', 40 * DAY_MS + 1);
    labels.forget(40 * DAY_MS + 2);
    labels.label('acme', 'old', 41 * DAY_MS);
    labels.label('acme', 'late', 41 * DAY_MS);
    expect(evidence.count(tuple, Infinity)).toBe(1);
  });
});

describe('shadow report', () => {
  const decision = (
    action_id: string,
    said: [WatchedDecision['policy_decision'], string | null],
    shadow: [WatchedDecision['policy_decision'], string | null],
    policy_version = 2,
  ): WatchedDecision => {
    const verdict = { policy_name: 'pays', policy_version, policy_decision: shadow[0], rule: null, gate: shadow[1] };
    return { action_id, policy_decision: said[0], gate: said[1], shadows: [verdict] };
  };
  const decisions = [
    decision('d', ['require_approval', 'one'], ['allow', null]),
    decision('a', ['allow', null], ['allow', null]),
    decision('b', ['require_approval', 'one'], ['allow', null]),
    decision('c', ['allow', null], ['deny', null]),
    decision('e', ['require_approval', 'one'], ['require_approval', 'two']),
    decision('g', ['require_approval', 'one'], ['require_approval', 'one']),
    decision('f', ['require_approval', null], ['require_approval', 'two']),
    decision('x', ['allow', null], ['deny', null], 3),
  ];

  it('counts agreements and differences, each action once', () => {
    const report = shadowReport({ name: 'pays', version: 2 }, [...decisions, ...decisions], 7);
    expect(report).toMatchObject({ compared: 7, agreed: 3, looser: 2, stricter: 1, other_gate: 1, sufficient: true });
    expect(report.differences).toEqual([
      { from: 'auto', to: 'denied', count: 1, examples: ['c'] },
      { from: 'gated', to: 'auto', count: 2, examples: ['b', 'd'] },
      { from: 'gated', to: 'gated', count: 1, examples: ['e'] },
    ]);
    expect(report).toEqual(shadowReport({ name: 'pays', version: 2 }, [...decisions].reverse(), 7));
  });

  it('says when there is too little to say anything', () => {
    expect(shadowReport({ name: 'pays', version: 2 }, decisions, 8).sufficient).toBe(false);
    expect(shadowReport({ name: 'pays', version: 1 }, decisions)).toMatchObject({ compared: 0, differences: [] });
  });
});
