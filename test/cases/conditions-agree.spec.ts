import fc from 'fast-check';
import type { CompiledPolicy, PolicyAction } from '@countersign/policy';
import { decide, loadPolicy, referenceDifferences } from '@countersign/policy';
import { askOracle } from './oracle.js';
import { randomActions } from './random-actions.js';

const FACTS = `
      amount: { at: /parameters/amount, type: money, currency: USD }
      fee: { at: /parameters/fee, type: money, currency: USD, min: '0.00' }
      score: { at: /signals/score, type: number, min: 0, max: 1 }
      count: { at: /parameters/count, type: int }
      method: { at: /parameters/method, type: string }
      sure: { at: /signals/sure, type: bool }
      tags: { at: /parameters/tags, type: strings }`;

const policyOf = (condition: string): string => `name: random
action_types:
  any:
    facts:${FACTS}
velocity: { often: { key: agent, window: 1d }, spent: { key: agent, window: 1d, sum: amount } }
rules:
  - { name: asked, when: ${JSON.stringify(condition)}, then: deny }
  - { name: rest, then: allow }
gates: { one: { quorum: 1, roles: [r] } }
fallback: one
`;

const one = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const join = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((found) => found.join(' '));
const order = one('<', '<=', '>', '>=', '==', '!=');
const text = one('method', '"card"', '"gift_card"', '"Größe"', '"CARD".lowerAscii()', 'method.lowerAscii()');
const money = one(
  'amount',
  'fee',
  'velocity.spent',
  'money("0.01", "USD")',
  'money("-5", "USD")',
  'money("100.00", "USD")',
);
const number = one('score', '0.5', '0.95', '-0.25', '1e-1');
const whole = one('count', 'velocity.often', '3', '-1', '0', 'tags.size()', 'size(method)', 'size("Größe")');
const tag = fc.oneof(
  join(one('t'), one('==', '!=', '<'), text),
  one('t.contains("a")', 't.startsWith("ca")', 't in ["card", "x"]', 'sure', 't.size() > 3'),
);
const atom = fc.oneof(
  join(money, order, money),
  join(number, order, number),
  join(whole, order, whole),
  join(text, order, text),
  join(text, one('in'), one('["card", "x"]', 'tags', '[method]')),
  join(one('count in'), one('[1, 2, 3]', '[0]', '[-1, 7]')),
  fc.tuple(text, one('contains', 'startsWith', 'endsWith'), text).map(([a, call, b]) => `${a}.${call}(${b})`),
  fc.tuple(one('exists', 'all', 'exists_one'), tag).map(([macro, question]) => `tags.${macro}(t, ${question})`),
  one('sure', '!sure', 'present.amount', '!present.tags', 'true', 'false', 'tags == ["card"]', 'sure == true'),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc
      .tuple(tie('condition'), one('&&', '||', '==', '!='), tie('condition'))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    fc
      .tuple(tie('condition'), one('&&', '||'), atom, one('&&', '||'), atom)
      .map(([a, ...rest]) => `(${a}) ${rest.join(' ')}`),
    tie('condition').map((inner) => `!(${inner})`),
    fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
}));

const load = (asked: string): CompiledPolicy => {
  const { policy, problems } = loadPolicy(policyOf(asked), 'random.yaml');
  if (policy === null) throw new Error(`${asked}: ${JSON.stringify(problems)}`);
  return policy;
};
function answerOf(policy: CompiledPolicy, action: PolicyAction): boolean | null {
  const entry = decide({ policy, version: 1 }, action).trail.find(({ rule }) => rule === 'asked');
  return entry === undefined ? false : entry.result;
}

describe('random conditions', () => {
  it('mean the same to the evaluator that decides, to the reference, and to another implementation of CEL', () => {
    const answers = new Map<boolean | null, number>();
    const actions = randomActions([
      load(
        'amount > money("100.00", "USD") || score > 0.5 || count in [1, 2, 3, 7] || method == "card" || "gift_card" in tags',
      ),
    ]);
    fc.assert(
      fc.property(condition, fc.array(actions, { minLength: 4, maxLength: 4 }), (asked, four) => {
        const policy = load(asked);
        for (const action of four) {
          expect(referenceDifferences(policy, action)).toEqual([]);
          expect(referenceDifferences(policy, action, askOracle)).toEqual([]);
          const answer = answerOf(policy, action);
          answers.set(answer, (answers.get(answer) ?? 0) + 1);
        }
      }),
      { seed: 5, numRuns: 400 },
    );
    for (const answer of [true, false, null]) expect(answers.get(answer)).toBeGreaterThan(80);
  });
});
