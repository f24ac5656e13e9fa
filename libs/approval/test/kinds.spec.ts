import type { ActionDecided, EventMap } from '@countersign/events';
import { actionDocument, apply, createState, ineligible, isBlind } from '../src/index.js';
import type { LogRecord, PartitionState, PublicEvent } from '../src/index.js';
import {
  allowed,
  at,
  DAY,
  decided,
  edited,
  finding,
  freeze,
  gate,
  HOUR,
  outcome,
  proposed,
  redemption,
} from './records.js';
import { revocation, shown, T0, tick, vote } from './records.js';

const action = proposed('a');
const open = (event: ActionDecided): LogRecord => at(0, 'ActionDecided', event);

interface Run {
  readonly codes: string[];
  readonly state: PartitionState;
  readonly events: PublicEvent[];
}
function run(...records: readonly LogRecord[]): Run {
  const state = createState(0);
  const facts = records.map((record) => apply(state, record));
  const codes = facts.map(({ answer }) => (answer.rule === null ? answer.code : `${answer.code}/${answer.rule}`));
  return { codes, state, events: facts.flatMap(({ events }) => events) };
}
const found = ({ state }: Run) => {
  const one = state.actions.get(action.action_id);
  if (one === undefined) throw new Error('no such action');
  return one;
};
const named = ({ events }: Run, name: PublicEvent['name']) =>
  events.filter((event) => event.name === name).map(({ event }) => event);

describe('an advisory request', () => {
  const soft = allowed(action, {
    ...{ policy_decision: 'require_approval', mode: 'soft' },
    advisory_gate: gate({ name: 'advice', quorum: 1 }),
  });
  const cast = (subject: string, after: number, overrides = {}): LogRecord =>
    at(after, 'VoteCast', vote(action, subject, { packet_digest: soft.packet_digest ?? '', ...overrides }));

  it('opens beside an action that runs, with its kind', () => {
    const opened = run(open(soft));
    expect(named(opened, 'RequestOpened')).toMatchObject([{ request_kind: 'advisory', gate: 'advice' }]);
    expect(named(opened, 'RequestOpened')).toMatchObject([{ amount_value: '6000.00', amount_currency: 'USD' }]);
    expect(named(opened, 'DecisionRecorded')).toMatchObject([{ request_kind: 'advisory', gate: null }]);
    expect(found(opened).resolution).toMatchObject({ status: 'approved', resolved_by: 'policy' });
    expect(actionDocument(found(opened))).toMatchObject({ status: 'approved', request: { kind: 'advisory' } });
  });

  it.each(['approve', 'deny'] as const)('records %s and changes neither resolution nor grant', (choice) => {
    const voted = run(open(soft), cast('ann', 1, { vote: choice }));
    expect(voted.codes).toEqual(['ok', 'ok']);
    expect(named(voted, 'VoteRecorded')).toMatchObject([{ request_kind: 'advisory', vote: choice, counted: false }]);
    expect(named(voted, 'RequestResolved')).toMatchObject([{ request_kind: 'advisory', overridden: false }]);
    expect(found(voted).resolution?.resolved_by).toBe('policy');
    expect([found(voted).grant?.status, found(voted).grant?.authority]).toEqual(['issued', 'policy']);
    expect(
      run(open(soft), cast('ann', 1, { vote: choice }), at(2, 'RedemptionRequested', redemption(action))).codes[2],
    ).toBe('ok');
  });

  it('takes advice to change parameters and changes none', () => {
    const edit = edited(action, { amount: { value: '1.00', currency: 'USD' } });
    const advised = run(open(soft), cast('ann', 1, { vote: 'approve_with_changes', edit }));
    expect(advised.codes[1]).toBe('ok');
    expect(found(advised).versions).toEqual([]);
    expect(actionDocument(found(advised))).toMatchObject({ effective: { digest: action.digest, changed: false } });
  });

  it('closes the time to respond after the first outcome, or after seven days', () => {
    const filed = (after: number) => at(after, 'OutcomeFiled', outcome(action));
    const asked = run(open(soft), filed(1), tick(HOUR));
    expect(found(asked).request).toMatchObject({ status: 'pending', expires_at: T0 + HOUR + 1 });
    expect(run(open(soft), filed(1), cast('ann', HOUR)).codes.at(-1)).toBe('ok');
    const done = run(open(soft), filed(1), tick(HOUR + 1), cast('ann', HOUR + 2));
    expect(found(done).request?.status).toBe('expired');
    expect(done.codes.at(-1)).toBe('already_terminal');
    expect(named(done, 'RequestResolved')).toMatchObject([{ request_kind: 'advisory', resolved_by: 'clock' }]);
    expect(found(run(open(soft), filed(1), filed(HOUR / 2), tick(HOUR + 1))).request?.status).toBe('expired');
    expect(found(run(open(soft), filed(7 * DAY - 5), tick(7 * DAY))).request?.status).toBe('expired');
    expect(found(run(open(soft), tick(7 * DAY - 1))).request?.status).toBe('pending');
    expect(found(run(open(soft), tick(7 * DAY))).request?.status).toBe('expired');
    expect(found(run(open(soft), tick(7 * DAY))).resolution?.status).toBe('approved');
  });

  it('closes the time to respond after the lift when the outcome came under a kill switch', () => {
    const stop = at(1, 'FreezeRequested', freeze());
    const lift = at(10 * HOUR + 1, 'FreezeRequested', freeze({ frozen: false }));
    const filed = at(6 * HOUR, 'OutcomeFiled', outcome(action));
    const after = (ms: number) => found(run(open(soft), stop, filed, lift, tick(ms))).request;
    expect(after(11 * HOUR)).toMatchObject({ status: 'pending', expires_at: T0 + 11 * HOUR + 1 });
    expect(after(11 * HOUR + 1)?.status).toBe('expired');
  });

  it('gives nobody a say in the grant', () => {
    const take = at(2, 'RevocationRequested', revocation(action, { subject: 'ann', roles: ['finance'] }));
    expect(run(open(soft), cast('ann', 1), take).codes[2]).toBe('forbidden');
  });
});

describe('an audit request', () => {
  const audit_gate = gate({ name: 'sample', quorum: 1, roles: ['auditor', 'finance'], expire_s: 2 * 86_400 });
  const sampled = { audit_gate, sample_probability: 0.25 };
  const ran = allowed(action, sampled);
  const gated = decided(action, { ...sampled, gate: gate({ quorum: 1 }) });
  const approve = at(1, 'VoteCast', vote(action, 'ann', { packet_digest: gated.packet_digest ?? '' }));
  const answer = (decision: ActionDecided, subject: string, overrides = {}, after = 5): LogRecord =>
    at(after, 'VoteCast', finding(decision, subject, overrides));

  it('opens at once when policy allows, and at approval when people decide', () => {
    expect(found(run(open(ran))).audit).toMatchObject({
      kind: 'audit',
      status: 'pending',
      request_id: ran.audit_request_id,
    });
    expect(found(run(open(gated))).audit).toBeNull();
    const approved = run(open(gated), approve);
    expect(found(approved).audit?.status).toBe('pending');
    expect(named(approved, 'RequestOpened').map((event) => 'request_kind' in event && event.request_kind)).toEqual([
      ...['approval', 'audit'],
    ]);
    expect(gated.audit_request_id).not.toBe(gated.request_id);
  });

  it('is not in the document of the action: who proposed it never learns of it', () => {
    for (const records of [[open(ran)], [open(gated), approve]]) {
      const { request, ...rest } = actionDocument(found(run(...records)));
      expect(request === null ? null : (request as { kind: string }).kind).toBe(
        records.length === 1 ? null : 'approval',
      );
      expect(JSON.stringify({ request, ...rest })).not.toMatch(/audit|sample|blind/);
    }
  });

  it('never opens for what was not approved', () => {
    const deny = at(1, 'VoteCast', vote(action, 'ann', { vote: 'deny', packet_digest: gated.packet_digest ?? '' }));
    expect(found(run(open(gated), deny)).audit).toBeNull();
    expect(found(run(open(gated), tick(3 * DAY))).audit).toBeNull();
    expect(found(run(open(decided(action, { ...sampled, effective_decision: 'deny', gate: null })))).audit).toBeNull();
  });

  it.each(['harmful', 'harmless'] as const)('answered %s yields a label with its probability and no grant', (word) => {
    const answered = run(open(ran), answer(ran, 'bob', { vote: word }));
    expect(named(answered, 'SampleLabelled')).toMatchObject([
      { label: word, source: 'audit_sample', labelled_by: 'bob', note: 'looked at it', sample_probability: 0.25 },
    ]);
    expect(named(answered, 'VoteRecorded')).toMatchObject([{ request_kind: 'audit', vote: word, counted: false }]);
    expect(named(answered, 'RequestResolved')).toMatchObject([{ request_kind: 'audit', status: 'answered' }]);
    expect(named(answered, 'GrantIssued')).toMatchObject([{ authority: 'policy' }]);
    expect(found(answered).resolution).toMatchObject({ status: 'approved', resolved_by: 'policy' });
  });

  it('answered unsure yields no label', () => {
    const answered = run(open(ran), answer(ran, 'bob', { vote: 'unsure' }));
    expect(found(answered).audit?.status).toBe('answered');
    expect(named(answered, 'SampleLabelled')).toEqual([]);
  });

  it.each([
    ['its approver', gated, 'ann', {}, 'not_eligible/excluded'],
    ['the agent', gated, 'refund-agent', {}, 'not_eligible/self'],
    ['its operator', gated, 'oli', {}, 'not_eligible/operator'],
    ['somebody without the role', gated, 'bob', { roles: ['other'] }, 'not_eligible/role'],
    ['an approval', gated, 'bob', { vote: 'approve' }, 'vote_not_offered'],
    ['an answer without a reason', gated, 'bob', { reason: '  ' }, 'reason_required'],
    ['the packet of the approval', gated, 'bob', { packet_digest: gated.packet_digest }, 'stale_packet'],
    ['somebody else', gated, 'bob', {}, 'ok'],
  ] as const)('is answered by somebody else: %s', (...[, decision, subject, overrides, code]) => {
    expect(run(open(decision), approve, answer(decision, subject, overrides)).codes.at(-1)).toBe(code);
  });

  it('takes one answer, and an approval takes none of its words', () => {
    expect(run(open(ran), answer(ran, 'bob'), answer(ran, 'cat')).codes[2]).toBe('already_terminal');
    const word = at(1, 'VoteCast', vote(action, 'ann', { vote: 'harmless', packet_digest: gated.packet_digest ?? '' }));
    expect(run(open(gated), word).codes[1]).toBe('vote_not_offered');
  });

  it('is about the version that was released', () => {
    const edit = edited(action, { amount: { value: '1.00', currency: 'USD' } }, { gate: gate({ quorum: 1 }) });
    const changed = { ...edit, audit_packet_digest: 'sha256:audit-of-the-edit' };
    const cast = { vote: 'approve_with_changes', edit: changed, packet_digest: gated.packet_digest ?? '' } as const;
    const approved = run(open(gated), at(1, 'VoteCast', vote(action, 'ann', cast)));
    expect(found(approved).audit).toMatchObject({ digest: edit.digest, packet_digest: 'sha256:audit-of-the-edit' });
  });

  it('has clocks of its own: from its opening, standing still while frozen', () => {
    const late = [open(ran), at(HOUR, 'FreezeRequested', freeze())];
    expect(found(run(open(ran), tick(2 * DAY))).audit?.status).toBe('expired');
    expect(found(run(...late, tick(5 * DAY))).audit?.status).toBe('pending');
    expect(run(...late, answer(ran, 'bob', {}, 2 * HOUR)).codes.at(-1)).toBe('frozen');
    const lifted = [...late, at(3 * HOUR, 'FreezeRequested', freeze({ frozen: false }))];
    expect(found(run(...lifted, tick(2 * DAY + HOUR))).audit?.status).toBe('pending');
    expect(found(run(...lifted, tick(2 * DAY + 2 * HOUR))).audit?.status).toBe('expired');
  });

  it('notes who opened its packet', () => {
    const look = at(2, 'PacketShown', { ...shown(action, 'bob'), request_id: ran.audit_request_id ?? '' });
    const answered = run(open(ran), look, answer(ran, 'bob'));
    expect(named(answered, 'PacketOpened')).toMatchObject([{ request_id: ran.audit_request_id }]);
    expect(named(answered, 'VoteRecorded')).toMatchObject([{ shown_at: expect.any(Number) }]);
  });

  it('is forgotten with its action', () => {
    const { state } = run(open(ran), tick(9 * DAY));
    expect([state.requests.size, state.pending.size, state.actions.size]).toEqual([0, 0, 0]);
  });
});

describe('a blind review', () => {
  const audit_gate = gate({ name: 'sample', quorum: 1, roles: ['auditor', 'finance'] });
  const sampled = { audit_gate, sample_probability: 0.25, gate: gate({ quorum: 1 }) };
  const reviewed = decided(action, { ...sampled, blind_review: true });
  const audited = decided(action, sampled);
  const approve = at(1, 'VoteCast', vote(action, 'ann', { packet_digest: audited.packet_digest ?? '' }));
  const answer = (word: 'harmful' | 'harmless' | 'unsure') =>
    at(5, 'VoteCast', finding(reviewed, 'bob', { vote: word }));

  it.each([
    ['harmful', false, 1],
    ['harmless', true, 1],
    ['unsure', null, 0],
  ] as const)('answered %s says whether those who approved were right', (word, agreed, labels) => {
    const answered = run(open(reviewed), approve, answer(word));
    expect(named(answered, 'ReviewCompared')).toMatchObject([
      {
        ...{ request_id: reviewed.audit_request_id, reviewed_request_id: reviewed.request_id, finding: word, agreed },
        ...{ approver_ids: ['ann'], reviewer_id: 'bob', sample_probability: 0.25, gate: 'finance-two-person' },
      },
    ]);
    expect(named(answered, 'SampleLabelled')).toHaveLength(labels);
    expect(named(answered, 'GrantIssued')).toHaveLength(1);
  });

  it('is not for whoever approved, and any other audit compares nothing', () => {
    expect(run(open(reviewed), approve, at(5, 'VoteCast', finding(reviewed, 'ann'))).codes.at(-1)).toBe(
      'not_eligible/excluded',
    );
    expect(named(run(open(audited), approve, answer('harmful')), 'ReviewCompared')).toEqual([]);
  });

  it('hides the first votes from those who may still answer it, until somebody has', () => {
    const bob = { issuer: 'https://idp', subject: 'bob', roles: ['finance'] };
    const blind = (one: Run, viewer = bob): boolean => {
      const { request } = found(one);
      if (request === null) throw new Error('no request');
      return isBlind(found(one), request, viewer);
    };
    expect(blind(run(open(reviewed)))).toBe(false);
    expect(blind(run(open(reviewed), approve))).toBe(true);
    expect(blind(run(open(reviewed), approve), { ...bob, subject: 'ann' })).toBe(false);
    expect(blind(run(open(reviewed), approve), { ...bob, roles: ['other'] })).toBe(false);
    expect(blind(run(open(reviewed), approve, answer('unsure')))).toBe(false);
    expect(blind(run(open(audited), approve))).toBe(false);
  });
});

describe('reasons of fast votes', () => {
  const fast = decided(action, { gate: gate({ quorum: 1, reason_fast_s: 30 }) });
  const look = at(1_000, 'PacketShown', shown(action, 'ann'));
  const cast = (after: number, reason: string | null = null): LogRecord =>
    at(after, 'VoteCast', vote(action, 'ann', { reason, packet_digest: fast.packet_digest ?? '' }));

  it.each([
    ['never opened', [cast(60_000)], 'reason_required'],
    ['opened a moment ago', [look, cast(20_000)], 'reason_required'],
    ['opened a moment ago, with a reason', [look, cast(20_000, 'known customer')], 'ok'],
    ['opened long enough', [look, cast(31_000)], 'ok'],
  ])('%s', (_, records, code) => expect(run(open(fast), ...records).codes.at(-1)).toBe(code));
});

describe('time to read', () => {
  const slow = decided(action, { gate: gate({ quorum: 1, min_dwell_s: 30 }) });
  const look = at(1_000, 'PacketShown', shown(action, 'ann'));
  const cast = (ms: number, over: Partial<EventMap['VoteCast']> = {}) =>
    at(ms, 'VoteCast', vote(action, 'ann', { packet_digest: slow.packet_digest ?? '', ...over }));
  const judged = (...records: LogRecord[]) => {
    const state = createState(0);
    return [at(0, 'ActionDecided', slow), ...records].map((record) => apply(state, record).answer).at(-1);
  };

  it.each([
    ['never opened', [cast(600_000)], 'too_fast', 30],
    ['opened a moment ago', [look, cast(20_500)], 'too_fast', 11],
    ['opened long enough', [look, cast(31_000)], 'ok', undefined],
    ['a denial is never held up', [cast(2, { vote: 'deny' })], 'ok', undefined],
  ])('%s', (_, records, code, retry_after_s) =>
    expect(judged(...records)).toMatchObject({ code, ...(retry_after_s && { retry_after_s }) }),
  );

  it('gives a copy of an early approval the same answer, and takes another one later', () => {
    const early = cast(2_000);
    expect(judged(look, early, { ...early, timestampMs: T0 + 60_000 })).toMatchObject({
      code: 'too_fast',
      repeated: true,
    });
    expect(judged(look, early, cast(60_000))).toMatchObject({ code: 'ok', repeated: false });
  });

  it('begins anew with a changed version, for all but its editor', () => {
    const edit = edited(
      action,
      { amount: { value: '1.00', currency: 'USD' } },
      { gate: gate({ quorum: 2, min_dwell_s: 30 }) },
    );
    const bob = at(1_000, 'PacketShown', shown(action, 'bob'));
    const change = cast(40_000, { vote: 'approve_with_changes', edit });
    const approve = (ms: number) => at(ms, 'VoteCast', vote(action, 'bob', { packet_digest: edit.packet_digest }));
    expect(judged(look, bob, change)).toMatchObject({ code: 'ok' });
    expect(judged(look, bob, change, approve(45_000))).toMatchObject({ code: 'too_fast', retry_after_s: 30 });
    const stale = at(41_000, 'PacketShown', shown(action, 'bob'));
    expect(judged(look, bob, change, stale)).toMatchObject({ code: 'stale_packet' });
    const seen = at(41_000, 'PacketShown', { ...shown(action, 'bob'), packet_digest: edit.packet_digest });
    expect(judged(look, bob, change, seen, approve(71_000))).toMatchObject({ code: 'ok' });
  });
});

it('asks the same question of who may vote before a vote and in the fold', () => {
  const { state } = run(open(decided(action)));
  const one = state.actions.get(action.action_id);
  if (!one?.request) throw new Error('no request');
  const viewer = { issuer: 'https://idp', subject: 'nob', roles: ['other'] };
  expect(ineligible(one, one.request, viewer)).toBe('role');
});
