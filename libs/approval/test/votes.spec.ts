import { apply, createState } from '../src/index.js';
import type { LogRecord, PartitionState } from '../src/index.js';
import {
  allowed,
  at,
  cancel,
  decided,
  edited,
  freeze,
  gate,
  HOUR,
  MINUTE,
  proposed,
  redemption,
  tick,
  vote,
} from './records.js';

const action = proposed('a');
const opened = at(0, 'ActionDecided', decided(action));
const withGate = (overrides: Parameters<typeof gate>[0]): LogRecord =>
  at(0, 'ActionDecided', decided(action, { gate: gate(overrides) }));
const packetOf = (record: LogRecord): string =>
  record.name === 'ActionDecided' ? (record.event.packet_digest ?? '') : '';

function run(records: readonly LogRecord[]): { codes: string[]; state: PartitionState; names: string[] } {
  const state = createState(0);
  const facts = records.map((record) => apply(state, record));
  return {
    codes: facts.map(({ answer }) => (answer.rule === null ? answer.code : `${answer.code}/${answer.rule}`)),
    names: facts.flatMap(({ events }) => events.map(({ name }) => name)),
    state,
  };
}
const statusAfter = (...records: LogRecord[]) => run(records).state.actions.get(action.action_id)?.request?.status;
const lastCode = (...records: LogRecord[]) => run(records).codes.at(-1);
const by = (subject: string, after = MINUTE, overrides = {}): LogRecord =>
  at(after, 'VoteCast', vote(action, subject, overrides));

describe('votes', () => {
  it('approve at quorum, by two distinct people', () => {
    expect(statusAfter(opened, by('ann'))).toBe('pending');
    expect(statusAfter(opened, by('ann'), by('bob'))).toBe('approved');
    expect(run([opened, by('ann'), by('bob')]).names).toEqual([
      ...['DecisionRecorded', 'RequestOpened', 'VoteRecorded', 'VoteRecorded', 'RequestResolved', 'GrantIssued'],
    ]);
  });

  it('count one person once, also with two roles or a second key', () => {
    const twice = [opened, by('ann'), by('ann', 2 * MINUTE, { roles: ['finance', 'approver'] })];
    expect(run(twice).codes.at(-1)).toBe('already_voted');
    expect(statusAfter(...twice)).toBe('pending');
  });

  it('count the same subject of two issuers as two people', () => {
    expect(statusAfter(opened, by('ann'), by('ann', MINUTE, { issuer: 'https://other' }))).toBe('approved');
  });

  it('end at one denial unless the gate asks for more', () => {
    expect(statusAfter(opened, by('ann', MINUTE, { vote: 'deny' }))).toBe('denied');
    const lenient = withGate({ deny_quorum: 2 });
    const deny = { vote: 'deny', packet_digest: packetOf(lenient) };
    expect(statusAfter(lenient, by('ann', 1, deny))).toBe('pending');
    expect(statusAfter(lenient, by('ann', 1, deny), by('bob', 1, deny))).toBe('denied');
  });

  it.each([
    ['the agent itself', 'refund-agent', {}, 'not_eligible/self'],
    ['whom it acts for', '812', {}, 'not_eligible/self'],
    ['whom it acts for, in full', 'customer:812', {}, 'not_eligible/self'],
    ['its operator', 'oli', {}, 'not_eligible/operator'],
    ['a person without the role', 'nob', { roles: ['approver'] }, 'not_eligible/role'],
    ['another packet', 'ann', { packet_digest: 'sha256:00' }, 'stale_packet'],
    ['an edit without parameters', 'ann', { vote: 'approve_with_changes' }, 'parameters_required'],
    ['another request', 'ann', { request_id: 'req_x' }, 'not_found'],
    ['another tenant', 'ann', { tenant: 'globex' }, 'not_found'],
  ])('refuse %s', (_, subject, overrides, code) => {
    expect(lastCode(opened, by(subject, MINUTE, overrides))).toBe(code);
    expect(statusAfter(opened, by(subject, MINUTE, overrides))).toBe('pending');
  });

  it('refuse a subject that the gate excludes', () => {
    const record = withGate({ exclude: ['ann'] });
    expect(lastCode(record, by('ann', 1, { packet_digest: packetOf(record) }))).toBe('not_eligible/excluded');
  });

  it.each([
    ['deny', 'deny', null, 'reason_required'],
    ['deny', 'deny', '  no  ', 'reason_required'],
    ['deny', 'deny', 'wrong order', 'ok'],
    ['deny', 'deny', '\u200b'.repeat(10), 'reason_required'],
    ['deny', 'deny', '\u3164 \u2800\u2800', 'reason_required'],
    ['deny', 'deny', 'e\u0301\u0301\u0301', 'reason_required'],
    ['deny', 'deny', 'खराब', 'ok'],
    ['deny', 'approve', null, 'ok'],
    ['always', 'approve', null, 'reason_required'],
  ] as const)('with reasons on %s: %s because %p is %s', (reason, choice, text, code) => {
    const record = withGate({ reason, reason_min_length: 3 });
    const ballot = { vote: choice, reason: text, packet_digest: packetOf(record) };
    expect(lastCode(record, by('ann', 1, ballot))).toBe(code);
  });

  it('come too late after the end', () => {
    expect(lastCode(opened, by('ann'), by('bob'), by('cat'))).toBe('already_terminal');
    expect(lastCode(opened, by('ann'), by('bob'), by('bob'))).toBe('already_voted');
    expect(lastCode(opened, by('ann', 25 * HOUR))).toBe('already_terminal');
    expect(statusAfter(opened, by('ann', 25 * HOUR))).toBe('expired');
    expect(lastCode(opened, at(1, 'CancelRequested', cancel(action)), by('ann'))).toBe('already_terminal');
  });

  it('get the same answer when repeated, and a refusal when the body changed', () => {
    const first = vote(action, 'ann', { client_request_id: 'k' });
    const { codes, state, names } = run([opened, at(1, 'VoteCast', first), at(2, 'VoteCast', first)]);
    expect(codes.slice(1)).toEqual(['ok', 'ok']);
    expect(names.filter((name) => name === 'VoteRecorded')).toHaveLength(1);
    expect(state.actions.get(action.action_id)?.request?.votes).toHaveLength(1);
    const other = vote(action, 'ann', { client_request_id: 'k', vote: 'deny' });
    expect(lastCode(opened, at(1, 'VoteCast', first), at(2, 'VoteCast', other))).toBe('duplicate_request');
  });

  it('are refused while frozen and count again after the lift', () => {
    const stop = at(1, 'FreezeRequested', freeze());
    const go = at(2, 'FreezeRequested', freeze({ frozen: false }));
    expect(lastCode(opened, stop, by('ann', 3))).toBe('frozen');
    expect(lastCode(opened, stop, go, by('ann', 3))).toBe('ok');
  });

  it('bind nothing on an advisory request', () => {
    const soft = at(
      0,
      'ActionDecided',
      decided(action, { mode: 'soft', effective_decision: 'allow', gate: null, advisory_gate: gate({ quorum: 1 }) }),
    );
    const deny = by('ann', 1, { vote: 'deny', packet_digest: packetOf(soft) });
    const { state } = run([soft, deny]);
    const found = state.actions.get(action.action_id);
    expect([found?.request?.kind, found?.request?.status]).toEqual(['advisory', 'denied']);
    expect([found?.resolution?.status, found?.grant?.status]).toEqual(['approved', 'issued']);
    expect(lastCode(soft, deny, at(2, 'RedemptionRequested', redemption(action)))).toBe('ok');
  });
});

describe('approve_with_changes', () => {
  const edit = edited(action, { amount: { value: '450.00', currency: 'USD' } });
  const changes = { vote: 'approve_with_changes', edit } as const;

  it('is the only vote that changes the action: an edit in another vote changes nothing', () => {
    const { state } = run([opened, by('ann', 1, { vote: 'approve', edit }), by('bob', 2, { vote: 'approve', edit })]);
    const found = state.actions.get(action.action_id);
    expect([found?.versions.length, found?.request?.status, found?.grant?.digest]).toEqual([
      0,
      'approved',
      action.digest,
    ]);
  });

  it('makes a new version; earlier votes are void and the editor counts once', () => {
    const { state, names } = run([opened, by('ann'), by('bob', 2, changes)]);
    const request = state.actions.get(action.action_id)?.request;
    expect(request?.votes.map(({ subject, counted }) => [subject, counted])).toEqual([
      ['ann', false],
      ['bob', true],
    ]);
    expect([request?.digest, request?.status]).toEqual([edit.digest, 'pending']);
    expect(names.slice(-2)).toEqual(['VersionChanged', 'VoteRecorded']);
  });

  it('is denied with every version that was on the table', () => {
    const deny = { vote: 'deny', reason: 'no', packet_digest: edit.packet_digest };
    const state = createState(0);
    const facts = [opened, by('bob', 2, changes), by('cat', 3, deny)].map((record) => apply(state, record));
    expect(facts.at(-1)?.events.find(({ name }) => name === 'RequestResolved')?.event).toMatchObject({
      ...{ status: 'denied', digest: edit.digest, earlier_digests: [action.digest] },
    });
  });

  it('resolves with the other approval of another person, on the new packet only', () => {
    const before = [opened, by('ann'), by('bob', 2, changes)];
    const fresh = { packet_digest: edit.packet_digest };
    expect(lastCode(...before, by('cat', 3))).toBe('stale_packet');
    expect(lastCode(...before, by('bob', 3, fresh))).toBe('already_voted');
    expect(statusAfter(...before, by('cat', 3, fresh))).toBe('approved');
    expect(statusAfter(...before, by('ann', 3, fresh))).toBe('approved');
    const { state } = run([...before, by('cat', 3, fresh)]);
    expect(state.actions.get(action.action_id)?.grant?.digest).toBe(edit.digest);
    const old = at(9, 'RedemptionRequested', redemption(action));
    const released = at(9, 'RedemptionRequested', redemption(action, { action_digest: edit.digest }));
    expect(lastCode(...before, by('cat', 3, fresh), old)).toBe('action_digest_mismatch');
    expect(lastCode(...before, by('cat', 3, fresh), released)).toBe('ok');
  });

  it('goes on under the stricter gate', () => {
    const one = withGate({ quorum: 1 });
    const strict = { ...edit, gate: gate({ quorum: 2, name: 'strict' }) };
    const loose = { ...edit, gate: gate({ quorum: 1, name: 'loose' }) };
    const digest = packetOf(one);
    expect(statusAfter(one, by('ann', 1, { vote: 'approve_with_changes', edit: strict, packet_digest: digest }))).toBe(
      'pending',
    );
    expect(statusAfter(one, by('ann', 1, { vote: 'approve_with_changes', edit: loose, packet_digest: digest }))).toBe(
      'approved',
    );
    expect(statusAfter(opened, by('ann', 1, { vote: 'approve_with_changes', edit: loose }))).toBe('pending');
  });

  it('does not count the editor when the gate excludes editors', () => {
    const record = withGate({ quorum: 1, exclude: ['editor'] });
    const own = gate({ quorum: 1, exclude: ['editor'] });
    const cast = by('ann', 1, { ...changes, edit: { ...edit, gate: own }, packet_digest: packetOf(record) });
    expect(statusAfter(record, cast)).toBe('pending');
    expect(statusAfter(record, cast, by('bob', 2, { packet_digest: edit.packet_digest }))).toBe('approved');
    expect(lastCode(record, cast, by('ann', 2, { packet_digest: edit.packet_digest }))).toBe('not_eligible/excluded');
  });

  it('is refused when policy denies the new version', () => {
    const denied = { ...changes, edit: { ...edit, policy_decision: 'deny' } };
    expect(lastCode(opened, by('ann', 1, denied))).toBe('edit_denied_by_policy');
  });

  it('is public as an override', () => {
    const one = withGate({ quorum: 1 });
    const state = createState(0);
    apply(state, one);
    const own = { ...edit, gate: gate({ quorum: 1 }) };
    const { events } = apply(state, by('ann', 1, { ...changes, edit: own, packet_digest: packetOf(one) }));
    const resolved = events.find(({ name }) => name === 'RequestResolved');
    expect(resolved?.event).toMatchObject({ changed: true, overridden: true, status: 'approved', digest: edit.digest });
  });
});

describe('deadlines', () => {
  it('settle before the record that passes them, in order', () => {
    const other = proposed('b');
    const state = createState(0);
    for (const record of [
      opened,
      at(0, 'ActionDecided', decided(other)),
      at(1, 'ActionDecided', allowed(proposed('c'))),
    ]) {
      apply(state, record);
    }
    const { events } = apply(state, tick(24 * HOUR + 1));
    expect(events.map(({ name, event }) => [name, 'action_id' in event && event.action_id])).toEqual([
      ['GrantLapsed', 'act_c'],
      ['RequestResolved', 'act_a'],
      ['RequestResolved', 'act_b'],
    ]);
  });

  it('stand still while frozen', () => {
    const stop = at(HOUR, 'FreezeRequested', freeze());
    const go = at(3 * HOUR, 'FreezeRequested', freeze({ frozen: false }));
    expect(statusAfter(opened, stop, tick(25 * HOUR))).toBe('pending');
    expect(statusAfter(opened, stop, go, tick(25 * HOUR))).toBe('pending');
    expect(statusAfter(opened, stop, go, tick(26 * HOUR))).toBe('expired');
    expect(run([opened, stop, go, tick(26 * HOUR)]).state.actions.get('act_a')?.request?.paused_ms).toBe(2 * HOUR);
  });
});
