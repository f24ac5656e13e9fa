import fc from 'fast-check';
import type { PolicyAction } from '@countersign/policy';
import { compareDecisions, evaluate, loadPolicy, policySetOf } from '@countersign/policy';
import { readySet } from './ready-policies.js';

const set = readySet();

const value = fc.oneof(
  fc.constantFrom('0.00', '99.99', '100.00', '2000.00', '2000.01', '5000.01', '-1.00', '1e2', 'NaN'),
  fc.integer({ min: 0, max: 7_000 }).map(String),
);
const money = fc.record({ value, currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR') });
const odd = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer()),
  fc.dictionary(fc.string(), fc.integer()),
);
const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: usual, weight: 6 }, { arbitrary: odd, weight: 1 });
const share = mostly(fc.constantFrom(0, 0.1, 0.1999, 0.2, 0.69, 0.7, 0.95, 0.951, 1, 91));
const payments = fc.array(
  fc.record({ payment_id: fc.string(), amount: mostly(fc.constantFrom(0, 50, 400, 600, 1_000.01)) }),
  { maxLength: 3 },
);

const action = fc.record({
  action_type: fc.constantFrom(
    'refund',
    'refund',
    'Refund',
    'book_reservation',
    'send_certificate',
    'update_reservation_baggages',
    'social_post',
    'other',
  ),
  environment: fc.constantFrom('staging', 'canary', 'production'),
  target: fc.constant(null),
  on_behalf_of: fc.constant(null),
  agent_version: fc.constant('v1'),
  model_id: fc.constant('m1'),
  confidence: share,
  parameters: mostly(
    fc.record({
      amount: mostly(fc.oneof(money, fc.constantFrom(50, 100, 100.01))),
      method: mostly(fc.constantFrom('card', 'gift_card')),
      payment_methods: mostly(payments),
    }),
  ),
  signals: mostly(fc.record({ fraud_score: share })),
  before: fc.constant(null),
  after: fc.constant(null),
}) as fc.Arbitrary<PolicyAction>;

/** Every way to take one member away, at any depth; elements of lists stay. */
function* withoutOne(node: unknown): Generator<unknown> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    if (!Array.isArray(node)) {
      yield Object.fromEntries(Object.entries(node).filter(([other]) => other !== key));
      yield { ...node, [key]: null };
    }
    for (const smaller of withoutOne(child))
      yield Array.isArray(node) ? node.with(Number(key), smaller) : { ...node, [key]: smaller };
  }
}

const KEPT = ['action_type', 'environment'];

describe('missing never loosens', () => {
  it('gives no looser decision when any field of any action is removed or null', () => {
    fc.assert(
      fc.property(action, (whole) => {
        const decided = evaluate(set, 'acme', whole);
        for (const part of withoutOne(whole) as Generator<PolicyAction>) {
          if (KEPT.some((key) => part[key as keyof PolicyAction] !== whole[key as keyof PolicyAction])) continue;
          expect(compareDecisions(evaluate(set, 'acme', part), decided)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives the strictest decision that any confidence could give', () => {
    const known = fc.constantFrom(...Array.from({ length: 1_001 }, (_, index) => index / 1_000));
    fc.assert(
      fc.property(action, known, (whole, confidence) => {
        const unknown = evaluate(set, 'acme', { ...whole, confidence: null });
        expect(compareDecisions(unknown, evaluate(set, 'acme', { ...whole, confidence }))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('an error never allows', () => {
  const thrower = (text: string): never => {
    throw new RangeError(text);
  };
  /** The refund policy of the test, with one condition made to fail. */
  const broken = (index: number): ReturnType<typeof policySetOf> => {
    const source =
      'name: p\naction_types: { refund: { facts: { n: { at: /parameters/n, type: number } } } }\nrules:\n  - { name: a, when: n > 1.0, then: allow }\n  - { name: b, when: n > 0.0, then: allow }\n  - { name: c, then: allow }\ngates: { one: { quorum: 1, roles: [r] } }\nfallback: one\nenvironments: { staging: { bypass: true }, canary: { mode: shadow } }\n';
    const { policy } = loadPolicy(source, 'p.yaml');
    const condition = policy?.types.get('refund')?.rules[index]?.condition as { test: unknown };
    condition.test = () => thrower('broken');
    return policySetOf([{ policy: policy!, version: 1 }]);
  };

  it.each([
    [0, 'production'],
    [1, 'production'],
    [0, 'staging'],
    [0, 'canary'],
  ])('condition %i in %s', (index, environment) => {
    const base = {
      target: null,
      on_behalf_of: null,
      agent_version: 'v',
      model_id: 'm',
      confidence: null,
      signals: null,
      before: null,
      after: null,
    };
    const decision = evaluate(broken(index), 'acme', {
      ...base,
      action_type: 'refund',
      environment,
      parameters: { n: index === 0 ? 5 : 0.5 },
    });
    expect(decision).toMatchObject({
      policy_decision: 'require_approval',
      effective_decision: 'require_approval',
      gate: { name: 'one' },
    });
    expect(decision.trail.some((entry) => entry.error === 'broken')).toBe(true);
  });
});
