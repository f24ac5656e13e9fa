import { derivedId, digestOf } from '@countersign/canonical';
import type { ActionDecided, EventMap } from '@countersign/events';
import { actionDocument, apply, createState, custodyDocument } from '../src/index.js';
import type { LogRecord, PublicEvent } from '../src/index.js';
import { at, cancel, custody, decided, edited, finding, freeze, gate, HOUR, MINUTE } from './records.js';
import { proposed, redemption, revocation, tick, vote } from './records.js';

const action = proposed('a');
const TTL_S = 600;
const review = gate({ name: 'review', quorum: 1, roles: ['finance', 'auditor'] });
const guarded = decided(action, { gate: gate({ break_glass_s: TTL_S, hold: true }), break_glass_gate: review });
const REASON = 'payments are down, INC-4711';
const review_request_id = derivedId('req', action.action_id, 'audit');

let calls = 0;
function glass(overrides: Partial<EventMap['BreakGlassRequested']> = {}): EventMap['BreakGlassRequested'] {
  const { tenant, action_id, run_id } = action;
  const body = {
    ...{ tenant, action_id, run_id, request_id: guarded.request_id, client_request_id: `glass-${(calls += 1)}` },
    ...{ issuer: 'https://idp', subject: 'eve', roles: ['break_glass'], reason: REASON },
    ...{ packet_digest: guarded.packet_digest ?? '', review_request_id, review_packet_digest: 'sha256:review' },
    ...overrides,
  };
  return { ...body, body_hash: overrides.body_hash ?? digestOf([body.packet_digest, body.reason]) };
}
const broken = (after: number, overrides: Partial<EventMap['BreakGlassRequested']> = {}): LogRecord =>
  at(after, 'BreakGlassRequested', glass(overrides));
const answered = (subject: string, after: number, word: 'harmful' | 'harmless' = 'harmless'): LogRecord => {
  const asked = { request_id: review_request_id, packet_digest: 'sha256:review' };
  return at(after, 'VoteCast', finding(guarded, subject, { ...asked, vote: word }));
};
const cast = (subject: string, after: number, overrides = {}): LogRecord =>
  at(after, 'VoteCast', vote(action, subject, { packet_digest: guarded.packet_digest ?? '', ...overrides }));
const redeemed = (after: number): LogRecord => at(after, 'RedemptionRequested', redemption(action));

function fold(decision: ActionDecided, ...records: readonly LogRecord[]) {
  const state = createState(0);
  const facts = [at(0, 'ActionDecided', decision), ...records].map((record) => apply(state, record));
  const codes = facts.map(({ answer }) => (answer.rule === null ? answer.code : `${answer.code}/${answer.rule}`));
  const events = facts.flatMap((one) => one.events);
  const named = (name: PublicEvent['name']) => events.filter((one) => one.name === name).map(({ event }) => event);
  return { state, codes, last: codes.at(-1), named, found: state.actions.get(action.action_id) };
}
const run = (...records: readonly LogRecord[]) => fold(guarded, ...records);

describe('broken glass', () => {
  it('lets a waiting action go at once, without quorum and hold, on the word of one person', () => {
    const { last, found, named, state } = run(cast('ann', 1), broken(MINUTE));
    expect(last).toBe('ok');
    expect(found?.resolution).toMatchObject({ status: 'approved', resolved_by: 'admin' });
    expect(found?.hold).toBeNull();
    expect(named('GlassBroken')).toMatchObject([
      {
        ...{ reviewer_id: 'eve', reason: REASON, gate: 'finance-two-person', review_request_id },
        ...{ approvals_required: 2, approvals_given: 1, grant_ttl_s: TTL_S },
      },
    ]);
    expect(named('RequestResolved')).toMatchObject([
      ...[{ status: 'approved', resolved_by: 'admin', reviewer_id: 'eve', reason: REASON, overridden: false }],
    ]);
    expect(named('GrantIssued')).toMatchObject([{ authority: 'break_glass' }]);
    expect(state.counters.glass_broken).toBe(1);
    expect(actionDocument(found!)['resolution']).toMatchObject({ resolved_by: 'admin', reason_code: 'break_glass' });
    const chain = custodyDocument(found!, found!.request!)['facts'];
    expect(chain).toContainEqual(
      expect.objectContaining({ what: 'resolved', by: { issuer: 'https://idp', subject: 'eve' }, reason: REASON }),
    );
  });

  it('gives a grant that lives as long as the gate says, and no longer', () => {
    const inTime = MINUTE + TTL_S * 1000 - 1;
    expect(run(broken(MINUTE), redeemed(inTime)).last).toBe('ok');
    expect(run(broken(MINUTE), redeemed(inTime + 1)).last).toBe('expired');
  });

  it('says the same again to a copy, and lets nobody break it twice', () => {
    const once = glass({ client_request_id: 'k' });
    const again = { ...once, body_hash: 'other' };
    const records = [once, once, again].map((event, n) => at(n + 1, 'BreakGlassRequested', event));
    const { codes, named } = run(...records, broken(9, { subject: 'max' }));
    expect(codes.slice(1)).toEqual(['ok', 'ok', 'duplicate_request', 'already_terminal']);
    expect([named('GlassBroken').length, named('GrantIssued').length]).toEqual([1, 1]);
  });

  const changed = edited(action, { amount: { value: '1.00', currency: 'USD' } });
  const closed = decided(action, { gate: gate(), break_glass_gate: null });
  it.each([
    ['somebody without the role', { roles: ['admin', 'finance'] }, 'not_eligible/role'],
    ['the agent', { subject: 'refund-agent' }, 'not_eligible/self'],
    ['whom the action is about', { subject: '812' }, 'not_eligible/self'],
    ['the operator', { subject: 'oli' }, 'not_eligible/operator'],
    ['an operator by role', { roles: ['break_glass', 'operates:refund-agent'] }, 'not_eligible/operator'],
    ['another packet', { packet_digest: 'sha256:other' }, 'stale_packet'],
    ['a door that knew no review', { review_packet_digest: null }, 'stale_packet'],
    ['a short reason', { reason: `now ${' '.repeat(40)}` }, 'reason_required'],
  ])('refuses %s, and says so in public', (_, overrides, code) => {
    const { last, found, named } = run(broken(1, overrides));
    expect([last, found?.request?.status, found?.grant]).toEqual([code, 'pending', null]);
    const [refused, rule = null] = code.split('/');
    expect(named('Refused')).toMatchObject([{ attempt: 'break_glass', code: refused, rule }]);
  });

  it.each([
    ['a gate that says nothing', closed, [], 'break_glass_not_allowed'],
    ['a gate with nobody to look at it', { ...guarded, break_glass_gate: null }, [], 'break_glass_not_allowed'],
    ['what is denied', guarded, [cast('ann', 1, { vote: 'deny' })], 'already_terminal'],
    ['what is taken back', guarded, [at(1, 'CancelRequested', cancel(action))], 'already_terminal'],
    ['what has expired', guarded, [tick(25 * HOUR)], 'already_terminal'],
    ['what people approved', guarded, [cast('ann', 1), cast('bob', 1)], 'already_terminal'],
    ['what is frozen', guarded, [at(1, 'FreezeRequested', freeze())], 'frozen'],
    [
      'who has stepped aside',
      guarded,
      [at(1, 'CustodyRequested', custody(action, 'recuse', 'eve'))],
      'not_eligible/recused',
    ],
    [
      ...(['a version that only one of the two gates lets go', guarded] as const),
      [cast('ann', 1, { vote: 'approve_with_changes', edit: changed })],
      'break_glass_not_allowed',
    ],
  ] as const)('is not for %s', (_, decision, before, code) => {
    expect(fold(decision, ...before, broken(26 * HOUR)).last).toBe(code);
  });

  it('is for a version that both gates let go, as long as the shorter of them says', () => {
    const both = { ...changed, gate: gate({ break_glass_s: 60 }) };
    const { last, found } = run(
      cast('ann', 1, { vote: 'approve_with_changes', edit: both }),
      broken(2, { packet_digest: both.packet_digest }),
    );
    expect([last, found?.grant?.digest]).toEqual(['ok', both.digest]);
    expect((found?.grant?.expires_at ?? 0) - (found?.grant?.issued_at ?? 0)).toBe(60_000);
  });

  it('is not for advice and audits', () => {
    const { last } = run(broken(1), broken(2, { subject: 'max', request_id: review_request_id }));
    expect(last).toBe('break_glass_not_allowed');
  });

  it('is taken back by who broke it, as by an admin', () => {
    const back = (subject: string) => at(2, 'RevocationRequested', revocation(action, { subject, roles: ['finance'] }));
    expect([run(broken(1), back('eve')).last, run(broken(1), back('ann')).last]).toEqual(['ok', 'forbidden']);
  });
});

describe('the review of broken glass', () => {
  it('opens at once, with its own gate', () => {
    const { found, named } = run(broken(1));
    expect(found?.audit).toMatchObject({ kind: 'audit', status: 'pending', request_id: review_request_id });
    expect(named('RequestOpened').at(-1)).toMatchObject({ request_kind: 'audit', gate: 'review' });
  });

  it('is for somebody else than who broke it, and labels without a probability', () => {
    const late = 20 * MINUTE;
    const own = at(late, 'VoteCast', {
      ...finding(guarded, 'eve', { request_id: review_request_id, packet_digest: 'sha256:review', roles: ['auditor'] }),
    });
    expect(run(broken(1), own).last).toBe('not_eligible/excluded');
    const { named } = run(broken(1), answered('bob', late, 'harmful'));
    expect(named('SampleLabelled')).toMatchObject([
      { label: 'harmful', source: 'break_glass_review', sample_probability: null, labelled_by: 'bob' },
    ]);
  });

  it('is the sample too where the action was drawn', () => {
    const drawn = { ...guarded, audit_gate: review, audit_request_id: review_request_id, sample_probability: 0.25 };
    const { named } = fold(drawn, broken(1), answered('bob', 2));
    expect(named('RequestOpened').map((event) => 'request_kind' in event && event.request_kind)).toEqual([
      ...['approval', 'audit'],
    ]);
    expect(named('SampleLabelled')).toMatchObject([{ source: 'audit_sample', sample_probability: 0.25 }]);
  });

  it('does not open where people approved', () => {
    expect(run(cast('ann', 1), cast('bob', 2)).found?.audit).toBeNull();
  });

  it('is forgotten with its action', () => {
    const { state } = run(broken(1), tick(9 * 24 * HOUR));
    expect([state.requests.size, state.pending.size, state.actions.size, state.grants.size]).toEqual([0, 0, 0, 0]);
  });
});
