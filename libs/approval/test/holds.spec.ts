import { digestOf } from '@countersign/canonical';
import type { ActionDecided } from '@countersign/events';
import { actionDocument, apply, createState, diffDigest, nextDeadline } from '../src/index.js';
import type { LogRecord, PartitionState, PublicEvent } from '../src/index.js';
import {
  at,
  DAY,
  decided,
  edited,
  freeze,
  gate,
  HOUR,
  MINUTE,
  proposed,
  redemption,
  release,
  T0,
  tick,
  vote,
} from './records.js';

const action = proposed('a');
const held = decided(action, { gate: gate({ quorum: 1, hold: true, grant_ttl_s: 3600 }) });
const opened = at(0, 'ActionDecided', held);
const approve = (release_at: number | null = null, subject = 'ann'): LogRecord =>
  at(MINUTE, 'VoteCast', vote(action, subject, { release_at, packet_digest: held.packet_digest ?? '' }));
const ask = (after: number, overrides = {}, subject = 'bob'): LogRecord =>
  at(after, 'ReleaseRequested', release(action, subject, overrides));
const redeem = (after: number): LogRecord => at(after, 'RedemptionRequested', redemption(action));

function run(...records: readonly LogRecord[]) {
  const state: PartitionState = createState(0);
  const facts = records.map((record) => apply(state, record));
  const codes = facts.map(({ answer }) => (answer.rule === null ? answer.code : `${answer.code}/${answer.rule}`));
  const events: PublicEvent[] = facts.flatMap((one) => one.events);
  const found = state.actions.get(action.action_id);
  if (found === undefined) throw new Error('no such action');
  return { state, codes, code: codes.at(-1), events, found, holds: statuses(events) };
}
const statuses = (events: readonly PublicEvent[]): string[] =>
  events.flatMap(({ name, event }) => (name === 'HoldChanged' ? [event.status] : []));

describe('an approved action that is held', () => {
  it('is approved without a grant, and redeems nothing', () => {
    const { found, holds } = run(opened, approve());
    expect(found.resolution?.status).toBe('approved');
    expect([found.grant, found.hold?.status, holds]).toEqual([null, 'held', ['held']]);
    expect(actionDocument(found)).toMatchObject({
      ...{ status: 'approved', grant: null, held: true, release_at: null },
      resolution: { reason_code: 'held' },
    });
    expect(run(opened, approve(), redeem(2 * MINUTE)).code).toBe('unknown_grant');
  });

  it('gets its grant on release, whose life begins there', () => {
    const { found, codes, holds } = run(opened, approve(), ask(5 * HOUR), redeem(5 * HOUR + 59 * MINUTE));
    expect(codes.slice(-2)).toEqual(['ok', 'ok']);
    expect([found.grant?.status, found.grant?.issued_at]).toEqual(['consumed', T0 + 5 * HOUR]);
    expect(holds).toEqual(['held', 'released']);
  });

  it('goes by itself at the time that an approver named', () => {
    const at5 = T0 + 5 * HOUR;
    const waiting = run(opened, approve(at5), tick(5 * HOUR - 1));
    expect([waiting.found.hold?.status, nextDeadline(waiting.state)]).toEqual(['held', at5]);
    expect(actionDocument(waiting.found)).toMatchObject({ held: true, release_at: new Date(at5).toISOString() });
    const { found } = run(opened, approve(at5), tick(6 * HOUR));
    expect([found.hold?.status, found.grant?.issued_at, found.grant?.status]).toEqual(['released', at5, 'lapsed']);
    expect(run(opened, approve(at5), tick(6 * HOUR - 1)).found.grant?.status).toBe('issued');
  });

  it('waits for the latest time of several approvers', () => {
    const two = decided(action, { gate: gate({ quorum: 2, hold: true, grant_ttl_s: 3600 }) });
    const cast = (subject: string, release_at: number | null): LogRecord =>
      at(1, 'VoteCast', vote(action, subject, { release_at, packet_digest: two.packet_digest ?? '' }));
    const open = at(0, 'ActionDecided', two);
    expect(run(open, cast('ann', T0 + 9 * HOUR), cast('bob', T0 + HOUR)).found.hold?.release_at).toBe(T0 + 9 * HOUR);
    expect(run(open, cast('ann', T0 + 9 * HOUR), cast('bob', null)).found.hold?.release_at).toBe(T0 + 9 * HOUR);
  });

  it('gets another time by a release that names one', () => {
    const { found, codes } = run(
      opened,
      approve(T0 + HOUR),
      ask(2 * MINUTE, { release_at: T0 + 4 * HOUR }),
      tick(2 * HOUR),
    );
    expect([codes.at(-2), found.hold?.status]).toEqual(['ok', 'held']);
    expect(
      run(opened, approve(T0 + HOUR), ask(2 * MINUTE, { release_at: T0 + 4 * HOUR }), tick(4 * HOUR)).found.grant
        ?.issued_at,
    ).toBe(T0 + 4 * HOUR);
  });

  it('is recalled for good before its release', () => {
    const back = [opened, approve(T0 + HOUR), ask(10 * MINUTE, { recall: true, reason: 'wrong list' })];
    const { found, holds } = run(...back, tick(3 * HOUR));
    expect([found.hold?.status, found.grant, holds]).toEqual(['recalled', null, ['held', 'recalled']]);
    expect(actionDocument(found)).toMatchObject({ held: false, resolution: { reason_code: 'recalled' } });
    expect(run(...back, ask(HOUR)).code).toBe('revoked');
  });

  it('is recalled after its release until it is redeemed', () => {
    const released = [opened, approve(), ask(2 * MINUTE)];
    const recalled = run(...released, ask(3 * MINUTE, { recall: true }), redeem(4 * MINUTE));
    expect([recalled.found.grant?.status, recalled.code]).toEqual(['revoked', 'revoked']);
    expect(run(...released, redeem(3 * MINUTE), ask(4 * MINUTE, { recall: true })).code).toBe('already_consumed');
    expect(run(...released, ask(2 * HOUR, { recall: true })).code).toBe('expired');
  });

  it.each([
    ['by the agent', { recall: false }, 'refund-agent', 'not_eligible/self'],
    ['by its operator', { recall: true }, 'oli', 'not_eligible/operator'],
    ['by somebody without the role', { roles: ['other'] }, 'nob', 'not_eligible/role'],
    ['by an admin', { roles: ['admin'] }, 'max', 'ok'],
    ['by its approver', {}, 'ann', 'ok'],
    ['of another request', { request_id: 'req_x' }, 'bob', 'not_found'],
    ['of another tenant', { tenant: 'globex' }, 'bob', 'not_found'],
    ['later than a grant could live', { release_at: T0 + 8 * DAY }, 'bob', 'release_too_late'],
  ])('is released %s: %s', (_, overrides, subject, code) => {
    expect(run(opened, approve(), ask(2 * MINUTE, overrides, subject)).code).toBe(code);
  });

  it('refuses a vote that wants it out too late', () => {
    expect(run(opened, approve(T0 + 8 * DAY)).code).toBe('release_too_late');
  });

  it('is released once, and a repeated call hears the same', () => {
    const call = ask(2 * MINUTE, { client_request_id: 'k' });
    const { codes, events } = run(opened, approve(), call, call, ask(3 * MINUTE));
    expect(codes.slice(-3)).toEqual(['ok', 'ok', 'not_held']);
    expect(events.filter(({ name }) => name === 'GrantIssued')).toHaveLength(1);
  });

  it('stays while frozen and goes at the lift', () => {
    const stop = at(HOUR, 'FreezeRequested', freeze());
    const frozen = [opened, approve(T0 + 2 * HOUR), stop];
    const waiting = run(...frozen, tick(3 * HOUR));
    expect([waiting.found.hold?.status, nextDeadline(waiting.state)]).toEqual(['held', waiting.found.forget_at]);
    expect(run(...frozen, ask(3 * HOUR)).code).toBe('frozen');
    const lift = at(4 * HOUR, 'FreezeRequested', freeze({ frozen: false }));
    const { found } = run(...frozen, tick(3 * HOUR), lift, tick(4 * HOUR));
    expect([found.hold?.status, found.grant?.issued_at]).toEqual(['released', T0 + 4 * HOUR]);
  });

  it('is not held unless its gate says so, whatever its pattern', () => {
    const pattern = decided(action, { gate: gate({ quorum: 1, pattern: 'hold-before-send' }) });
    const cast = vote(action, 'ann', { packet_digest: pattern.packet_digest ?? '' });
    const { found } = run(at(0, 'ActionDecided', pattern), at(1, 'VoteCast', cast));
    expect([found.grant?.status, found.hold]).toEqual(['issued', null]);
    expect(run(at(0, 'ActionDecided', pattern), at(1, 'VoteCast', cast), ask(2)).code).toBe('not_held');
  });

  it('is still held when an edit brings a stricter gate that does not hold', () => {
    const edit = edited(action, { amount: { value: '7.00', currency: 'USD' } }, { gate: gate({ quorum: 2 }) });
    const change = { vote: 'approve_with_changes', edit, packet_digest: held.packet_digest ?? '' } as const;
    const other = vote(action, 'bob', { packet_digest: edit.packet_digest });
    const { found } = run(opened, at(1, 'VoteCast', vote(action, 'ann', change)), at(2, 'VoteCast', other));
    expect([found.hold?.status, found.grant]).toEqual(['held', null]);
  });

  it('ends with its memory when nobody releases it', () => {
    const state = createState(0);
    for (const record of [opened, approve()]) apply(state, record);
    expect(statuses(apply(state, tick(8 * DAY)).events)).toEqual(['lapsed']);
    expect(state.actions.size).toBe(0);
  });
});

describe('a grant of a dry run', () => {
  const diff = [{ op: 'replace', path: '/refunded', value: '6000.00' }];
  const shown = proposed('a', { diff: JSON.stringify(diff) });
  const dry = (overrides: Partial<ActionDecided> = {}): ActionDecided =>
    decided(shown, { gate: gate({ quorum: 1, pattern: 'dry-run' }), ...overrides });
  const approved = (decision: ActionDecided): LogRecord[] => [
    at(0, 'ActionDecided', decision),
    at(1, 'VoteCast', vote(shown, 'ann', { packet_digest: decision.packet_digest ?? '' })),
  ];
  const claim = (diff_digest: string | null): LogRecord =>
    at(2, 'RedemptionRequested', redemption(shown, { diff_digest }));

  it('is bound to the digest of the diff that was approved', () => {
    expect(diffDigest(run(...approved(dry())).found)).toBe(digestOf(diff));
    expect(run(...approved(dry()), claim(digestOf(diff))).code).toBe('ok');
    expect(run(...approved(dry()), claim(digestOf([]))).code).toBe('action_digest_mismatch/diff');
    expect(run(...approved(dry()), claim(null)).code).toBe('ok');
  });

  it('is bound to none under another pattern', () => {
    const other = dry({ gate: gate({ quorum: 1 }) });
    expect(diffDigest(run(...approved(other)).found)).toBeNull();
    expect(run(...approved(other), claim(digestOf([]))).code).toBe('ok');
  });
});
