import { fieldNames, fewestPeople, GATE_FIELDS, gateStrictness, impliesGate, mergeGates } from '@countersign/events';
import type { Gate, GateField } from '@countersign/events';
import fc from 'fast-check';
import { apply, approvalsBy, createState } from '../src/index.js';
import type { Approver } from '../src/index.js';
import { isSatisfied, opensTo } from './model/gates.js';
import { at, decided, edited, gate, proposed, vote } from './records.js';

const RUNS = { numRuns: 3_000 };
const ROLES = ['a', 'b', 'c'];
const NAMED = ['p0', 'p1'];

const who = { roles: fc.subarray(ROLES, { minLength: 1 }), people: fc.subarray(NAMED) };
const part = fc.record({ name: fc.constant('x'), count: fc.integer({ min: 1, max: 2 }), ...who });
const parts = fc.array(part, { minLength: 1, maxLength: 2 });
const shape: fc.Arbitrary<Partial<Gate>> = fc.oneof(
  fc.record({ quorum: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ quorum: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ thresholds: parts }),
  fc.record({ factors: parts }),
  fc.record({ stages: parts }),
  fc.record({ thresholds: parts, factors: parts }),
);
const care: fc.Arbitrary<Partial<Gate>> = fc.record({
  ...{ ...who, escalate_roles: fc.subarray(ROLES), exclude: fc.subarray(['editor', 'eve']) },
  ...{ reason: fc.constantFrom('never', 'deny', 'always'), reason_min_length: fc.constantFrom(1, 10) },
  ...{ reason_fast_s: fc.constantFrom(null, 10, 20), min_dwell_s: fc.constantFrom(null, 5, 30), hold: fc.boolean() },
  ...{ evidence: fc.subarray(['invoice', 'contract']), permit: fc.constantFrom([], ['operator']) },
  ...{ break_glass_s: fc.constantFrom(null, 60, 600), deny_quorum: fc.constantFrom(1, 2) },
  ...{ pattern: fc.constantFrom('threshold', 'dry-run', 'hold-before-send') },
  ...{
    respond_s: fc.constantFrom(60, 3_600),
    expire_s: fc.constantFrom(600, 86_400),
    grant_ttl_s: fc.constantFrom(60, 90),
  },
});
const bare = fc.record({ ...who, escalate_roles: fc.subarray(ROLES) });
/** Often alike, so that one of them implies the other. */
const named = (name: string): fc.Arbitrary<Gate> =>
  fc.tuple(shape, fc.oneof(care, bare)).map(([asked, rest]) => gate({ name, quorum: 1, ...rest, ...asked }));
const pair = fc.tuple(named('one'), named('other'));
const people: fc.Arbitrary<Approver[]> = fc
  .array(fc.subarray(ROLES), { maxLength: 5 })
  .map((all) => all.map((roles, index) => ({ issuer: 'https://idp', subject: `p${index}`, roles })));

const holds = (own: Gate, approvers: readonly Approver[], escalated: boolean): boolean =>
  isSatisfied(
    own,
    approvers.filter((one) => opensTo(own, escalated, one)),
    escalated,
  );

describe('two gates that both bind', () => {
  it('are satisfied by exactly those approvals that satisfy each of them', () => {
    fc.assert(
      fc.property(pair, people, fc.boolean(), ([one, other], approvers, escalated) => {
        const merged = mergeGates(one, other);
        if (merged === null) return;
        const each = holds(one, approvers, escalated) && holds(other, approvers, escalated);
        expect(holds(merged, approvers, escalated)).toBe(each);
      }),
      RUNS,
    );
  });

  it('are counted by the fold as by the model', () => {
    fc.assert(
      fc.property(pair, people, ([one, other], approvers) => {
        const merged = mergeGates(one, other) ?? one;
        const voters = approvers.filter((person) => opensTo(merged, false, person));
        const { required, given } = approvalsBy(merged, voters);
        expect(given >= required).toBe(isSatisfied(merged, voters));
        expect(required).toBeGreaterThanOrEqual(approvalsBy(merged, []).required > 0 ? 1 : 0);
      }),
      RUNS,
    );
  });

  it('ask for all that either of them asks for, and are merged again to the same', () => {
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const merged = mergeGates(one, other);
        if (merged === null) return;
        for (const each of [one, other]) {
          expect(impliesGate(merged, each)).toBe(true);
          expect(gateStrictness(merged)).toBeGreaterThanOrEqual(gateStrictness(each));
          expect(fewestPeople(merged)).toBeGreaterThanOrEqual(fewestPeople(each));
          expect(mergeGates(merged, each)).toEqual(merged);
        }
      }),
      RUNS,
    );
  });

  it.each(fieldNames)('keep what both hold of %s', (field) => {
    const { implies, merge }: GateField<never> = GATE_FIELDS[field] as unknown as GateField<never>;
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const merged = mergeGates(one, other);
        if (merged === null || implies === null || merge === 'together') return;
        expect([one, other].map((each) => implies(merged[field] as never, each[field] as never))).toEqual([true, true]);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, Partial<Gate>, Partial<Gate>, Partial<Gate>]>([
    ['the shorter respond', { respond_s: 60 }, { respond_s: 3_600 }, { respond_s: 60 }],
    ['the shorter expiry', { expire_s: 9_000 }, { expire_s: 600 }, { expire_s: 600 }],
    ['the shorter life of the grant', { grant_ttl_s: 60 }, { grant_ttl_s: 90 }, { grant_ttl_s: 60 }],
    ['the shorter claim', { claim_s: 60 }, { claim_s: 90 }, { claim_s: 60 }],
    ['the smaller batch', { batch_fields: ['/x'], batch_max: 5 }, { batch_fields: ['/y'] }, { batch_max: 5 }],
    [
      'equal fields of both batches',
      { batch_fields: ['/x'] },
      { batch_fields: ['/y'] },
      { batch_fields: ['/x', '/y'] },
    ],
    ['no batch where one has none', { batch_fields: ['/x'] }, {}, { batch_fields: [] }],
    ['fewer denials', { deny_quorum: 2 }, { deny_quorum: 3 }, { deny_quorum: 2 }],
    ['no glass unless both have one', { break_glass_s: 60 }, {}, { break_glass_s: null }],
    ['the shorter glass', { break_glass_s: 60 }, { break_glass_s: 90 }, { break_glass_s: 60 }],
    ['the larger share of reviews', { review_rate: 0.5 }, { review_rate: 0.1 }, { review_rate: 0.5 }],
    ['reminders of both', { remind_s: [60] }, { remind_s: [30, 60] }, { remind_s: [30, 60] }],
    ['turns where one takes turns', {}, { assign: 'rotate' }, { assign: 'rotate' }],
    ['the one audience', { token_audience: 'urn:x' }, {}, { token_audience: 'urn:x' }],
    ['the bound diff', { pattern: 'dry-run' }, { pattern: 'hold-before-send' }, { pattern: 'dry-run' }],
    ['the offers of both', { reason_presets: ['x'] }, { reason_presets: ['y'] }, { reason_presets: ['x', 'y'] }],
    [
      'the later escalation where both open to more',
      { escalate_s: 60, escalate_roles: ['x'], roles: ['a'] },
      { escalate_s: 90, escalate_roles: ['y'], roles: ['b'] },
      { escalate_s: 90, escalate_roles: ['x', 'y'] },
    ],
  ])('have %s', (_, one, other, wanted) => {
    expect(mergeGates(gate({ name: 'one', ...one }), gate({ name: 'other', ...other }))).toMatchObject(wanted);
  });

  it('have none where they name two audiences', () => {
    expect(mergeGates(gate({ token_audience: 'urn:x' }), gate({ token_audience: 'urn:y' }))).toBeNull();
  });

  it('keep name and shape of the one that implies the other', () => {
    const one = gate({ name: 'finance-one-person', quorum: 1, respond_s: 86_400 });
    const two = gate({ name: 'finance-two-person', quorum: 2 });
    for (const merged of [mergeGates(one, two), mergeGates(two, one)])
      expect(merged).toEqual({ ...two, respond_s: 3_600 });
  });
});

describe('an edit from one gate to another', () => {
  const action = proposed('a');
  const support = gate({ name: 'support-two', quorum: 2, roles: ['support'] });
  const cfo = gate({
    ...{ name: 'cfo-sign', quorum: 1, roles: ['cfo'], exclude: ['editor'], token_audience: 'urn:cfo' },
    ...{ reason: 'always', evidence: [] },
  });
  const start = (first: Gate, second: Gate) => {
    const opening = decided(action, { gate: first });
    const edit = edited(action, { amount: { currency: 'USD', value: '7.00' } }, { gate: second });
    const state = createState(0);
    apply(state, at(0, 'ActionDecided', opening));
    let ms = 0;
    const cast = (subject: string, role: string, more = {}) =>
      apply(state, at((ms += 1), 'VoteCast', vote(action, subject, { roles: [role], reason: 'seen', ...more }))).answer;
    const changes = { vote: 'approve_with_changes', edit, packet_digest: opening.packet_digest ?? '' } as const;
    const request = () => state.actions.get(action.action_id)?.request;
    return { cast, changes, request, now: { packet_digest: edit.packet_digest } };
  };

  it('needs the people of both, and excludes whom either excludes', () => {
    const { cast, changes, request, now } = start(support, cfo);
    expect(cast('sam', 'support', changes).code).toBe('ok');
    expect(request()?.gate).toMatchObject({
      name: 'support-two+cfo-sign',
      token_audience: 'urn:cfo',
      reason: 'always',
    });
    expect(request()?.votes.at(-1)?.counted).toBe(false);
    expect(cast('sam', 'support', now).rule).toBe('excluded');
    expect(cast('sue', 'support', now).code).toBe('ok');
    expect(cast('sol', 'support', now).code).toBe('ok');
    expect(request()?.status).toBe('pending');
    expect(cast('carl', 'cfo', now).code).toBe('ok');
    expect(request()?.status).toBe('approved');
  });

  it('counts one approval in both where it fits', () => {
    const { cast, changes, request, now } = start(support, cfo);
    cast('sam', 'support', changes);
    cast('sue', 'support', now);
    expect(cast('carl', 'support', { ...now, roles: ['support', 'cfo'] }).code).toBe('ok');
    expect(request()?.status).toBe('approved');
  });

  it('is refused where the gates name two audiences', () => {
    const { cast, changes, request } = start(gate({ ...support, token_audience: 'urn:support' }), cfo);
    expect(cast('sam', 'support', changes).code).toBe('edit_denied_by_policy');
    expect(request()?.gate.name).toBe('support-two');
  });
});
