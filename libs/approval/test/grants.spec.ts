import type { EventMap } from '@countersign/events';
import { apply, createState, HORIZON_MS } from '../src/index.js';
import type { LogRecord, PartitionState } from '../src/index.js';
import { MAX_REFUSED } from '../src/remember.js';
import {
  allowed,
  at,
  cancel,
  DAY,
  decided,
  freeze,
  HOUR,
  MINUTE,
  outcome,
  proposed,
  redemption,
  revocation,
  tick,
  vote,
  T0,
} from './records.js';

const action = proposed('a');
const opened = at(0, 'ActionDecided', allowed(action));
const redeem = (after = MINUTE, overrides = {}): LogRecord =>
  at(after, 'RedemptionRequested', redemption(action, overrides));

function fold(records: readonly LogRecord[]) {
  const state: PartitionState = createState(0);
  const facts = records.map((record) => apply(state, record));
  return { state, facts, last: facts.at(-1)?.answer, found: state.actions.get(action.action_id) };
}
type Overrides = { after?: number; [field: string]: string | number | undefined };
const lastCode = (...records: LogRecord[]) => fold(records).last?.code;

describe('decisions', () => {
  it('the first one stands; a copy changes nothing, a contradiction is counted', () => {
    const other = at(1, 'ActionDecided', decided(action));
    const { state, found } = fold([opened, opened, other]);
    expect(found?.decided.effective_decision).toBe('allow');
    expect(state.counters).toMatchObject({ conflicting_decisions: 1, duplicate_bodies: 0 });
  });

  it('of another body under the same id changes nothing either', () => {
    const second = at(1, 'ActionDecided', decided(proposed('a', { body_hash: 'sha256:other' })));
    const { state, found } = fold([opened, second]);
    expect(found?.decided.body_hash).toBe(action.body_hash);
    expect(state.counters).toMatchObject({ conflicting_decisions: 0, duplicate_bodies: 1 });
  });

  it('open nothing more than 24 h after the proposal', () => {
    const { facts, found, state } = fold([at(DAY + 1, 'ActionDecided', allowed(action))]);
    expect(facts[0]?.rejected?.reason).toBe('too_old');
    expect([found, state.counters.too_old]).toEqual([undefined, 1]);
  });

  it('of a proposal that is put again after days open nothing, whenever it was appended', () => {
    const later = 9 * DAY;
    const again = allowed(action, { proposed_at: action.submitted_at + later });
    const { facts, found, state } = fold([opened, at(later, 'ActionDecided', again)]);
    expect([facts[1]?.rejected?.reason, found, state.counters.too_old]).toEqual(['too_old', undefined, 1]);
  });

  it('of a proposal that is put again are forgotten when the first is', () => {
    const again = allowed(action, { proposed_at: action.submitted_at + 20 * HOUR });
    const { found } = fold([at(20 * HOUR, 'ActionDecided', again)]);
    expect(found?.forget_at).toBe(action.submitted_at + 8 * DAY);
  });

  it.each([
    ['without a gate', { gate: null }],
    ['without an effective decision', { effective_decision: 'unknown' as const }],
  ])('%s open nothing', (_, overrides) => {
    const { facts, found } = fold([at(0, 'ActionDecided', decided(action, overrides))]);
    expect([facts[0]?.rejected?.reason, found]).toEqual(['invalid_decision', undefined]);
  });

  it('by policy: denied is terminal, allowed gets a grant', () => {
    expect(fold([at(0, 'ActionDecided', decided(action, { effective_decision: 'deny' }))]).found).toMatchObject({
      resolution: { status: 'denied', resolved_by: 'policy' },
      grant: null,
      request: null,
    });
    expect(fold([opened]).found).toMatchObject({
      grant: { status: 'issued', expires_at: T0 + HOUR, authority: 'policy' },
    });
  });
});

describe('redemption', () => {
  it('consumes once', () => {
    expect(lastCode(opened, redeem())).toBe('ok');
    expect(lastCode(opened, redeem(), redeem())).toBe('already_consumed');
  });

  it('repeats its answer for a known request_id, also after the grant and the token expired', () => {
    const asked = redemption(action, { client_request_id: 'r-1', token_expires_at: T0 + 5 * MINUTE });
    const { last } = fold([opened, at(1, 'RedemptionRequested', asked), at(DAY, 'RedemptionRequested', asked)]);
    expect(last).toEqual({ code: 'ok', rule: null, at: T0 + 1, repeated: true });
  });

  it.each([
    ['executor', { executor_id: 'other' }],
    ['digest', { action_digest: 'sha256:00' }],
    ['preconditions', { preconditions: '{"a":1}' }],
  ])('refuses a known request_id with another %s', (_, overrides) => {
    const first = redeem(1, { client_request_id: 'r-1' });
    expect(lastCode(opened, first, redeem(2, { client_request_id: 'r-1', ...overrides }))).toBe('duplicate_request');
  });

  it.each(['RevocationRequested', 'CancelRequested'] as const)(
    'refuses a known id of %s with another reason',
    (name) => {
      const call = name === 'CancelRequested' ? cancel(action) : revocation(action);
      const start = name === 'CancelRequested' ? at(0, 'ActionDecided', decided(action)) : opened;
      const asked = { ...call, client_request_id: 'k', reason: 'one' };
      const said = (over = {}): LogRecord => at(1, name, { ...asked, ...over } as typeof asked & EventMap[typeof name]);
      expect(lastCode(start, said(), said())).toBe('ok');
      expect(lastCode(start, said(), said({ reason: 'another' }))).toBe('duplicate_request');
    },
  );

  it.each([
    ['another grant', [opened], { grant_id: 'grant_x' }, 'unknown_grant'],
    ['an unknown action', [], {}, 'unknown_grant'],
    ['another tenant', [opened], { tenant: 'globex' }, 'unknown_grant'],
    ['a pending request', [at(0, 'ActionDecided', decided(action))], {}, 'unknown_grant'],
    ['another digest', [opened], { action_digest: 'sha256:00' }, 'action_digest_mismatch'],
    [
      'another digest of a revoked grant',
      [opened, at(1, 'RevocationRequested', revocation(action))],
      { action_digest: 'x' },
      'action_digest_mismatch',
    ],
    ['a revoked grant', [opened, at(1, 'RevocationRequested', revocation(action))], {}, 'revoked'],
    ['a lapsed grant', [opened, tick(HOUR)], {}, 'expired'],
    ['a lapsed grant without a tick', [opened], { after: HOUR }, 'expired'],
    ['an expired token', [opened], { token_expires_at: T0 }, 'expired'],
    ['a frozen agent', [opened, at(1, 'FreezeRequested', freeze({ agent_id: 'refund-agent' }))], {}, 'frozen'],
    ['another agent being frozen', [opened, at(1, 'FreezeRequested', freeze({ agent_id: 'x' }))], {}, 'ok'],
    ['another tenant being frozen', [opened, at(1, 'FreezeRequested', freeze({ tenant: 'globex' }))], {}, 'ok'],
  ])('of %s', (_: string, before: LogRecord[], { after = MINUTE, ...overrides }: Overrides, code: string) => {
    expect(lastCode(...before, redeem(after, overrides))).toBe(code);
  });

  it.each([
    ['{"order_etag":"7"}', 'ok'],
    ['{"order_etag":"7","more":1}', 'ok'],
    ['{"order_etag":"8"}', 'precondition_changed'],
    ['{"order_etag":7}', 'precondition_changed'],
    ['{}', 'precondition_changed'],
    [null, 'precondition_changed'],
    ['not json', 'precondition_changed'],
  ])('with preconditions seen as %p is %s', (preconditions, code) => {
    const careful = proposed('a', { preconditions: '{"order_etag":"7"}' });
    const asked = redemption(careful, { preconditions });
    expect(lastCode(at(0, 'ActionDecided', allowed(careful)), at(1, 'RedemptionRequested', asked))).toBe(code);
  });

  it('counts the votes again', () => {
    const state = createState(0);
    const gated = at(0, 'ActionDecided', decided(action));
    for (const record of [gated, at(1, 'VoteCast', vote(action, 'ann')), at(1, 'VoteCast', vote(action, 'bob'))])
      apply(state, record);
    const first = state.actions.get(action.action_id)?.request?.votes[0];
    if (first !== undefined) first.counted = false;
    expect(apply(state, redeem()).answer.code).toBe('unknown_grant');
  });

  it('keeps the accepted answer under a flood of refused ones', () => {
    const accepted = redemption(action, { client_request_id: 'first' });
    const flood = Array.from({ length: 2 * MAX_REFUSED }, () => redeem(2));
    const again = at(3, 'RedemptionRequested', accepted);
    const { last, found } = fold([opened, at(1, 'RedemptionRequested', accepted), ...flood, again]);
    expect(last).toMatchObject({ code: 'ok', repeated: true });
    expect([found?.remembered?.size, found?.refused?.size]).toEqual([1, MAX_REFUSED]);
  });
});

describe('revocation', () => {
  it('is for admins and for those who approved', () => {
    const gated = [
      at(0, 'ActionDecided', decided(action)),
      at(1, 'VoteCast', vote(action, 'ann')),
      at(1, 'VoteCast', vote(action, 'bob')),
    ];
    const as = (subject: string, roles: string[] = ['finance']) =>
      at(2, 'RevocationRequested', revocation(action, { subject, roles }));
    expect(lastCode(...gated, as('ann'))).toBe('ok');
    expect(lastCode(...gated, as('max', ['admin']))).toBe('ok');
    expect(lastCode(...gated, as('cat'))).toBe('forbidden');
  });

  it('comes too late after the redemption', () => {
    expect(lastCode(opened, redeem(), at(HOUR, 'RevocationRequested', revocation(action)))).toBe('already_consumed');
  });
});

describe('cancellation', () => {
  it('ends a pending request, once, by its own agent', () => {
    const gated = at(0, 'ActionDecided', decided(action));
    expect(fold([gated, at(1, 'CancelRequested', cancel(action))]).found?.resolution?.status).toBe('cancelled');
    expect(lastCode(gated, at(1, 'CancelRequested', { ...cancel(action), agent_id: 'x' }))).toBe('not_found');
    expect(lastCode(opened, at(1, 'CancelRequested', cancel(action)))).toBe('already_terminal');
  });
});

describe('outcomes', () => {
  const file = (over: Partial<EventMap['OutcomeFiled']> = {}): LogRecord =>
    at(3, 'OutcomeFiled', { ...outcome(action), ...over });
  const byExecutor = (reported_by: string): LogRecord => file({ reported_by, by_executor: true });

  it('come from the agent that proposed and the executor that redeemed, and from nobody else', () => {
    const { executor_id } = redemption(action);
    expect(lastCode(opened, file())).toBe('ok');
    expect(lastCode(opened, file({ reported_by: 'another-agent' }))).toBe('not_found');
    expect(lastCode(opened, byExecutor(executor_id))).toBe('not_found');
    expect(lastCode(opened, redeem(1), byExecutor(executor_id))).toBe('ok');
    expect(lastCode(opened, redeem(1), byExecutor('another-executor'))).toBe('not_found');
  });

  it('are a hundred of each reporter, and no flood of them fills the memory', () => {
    const { executor_id } = redemption(action);
    const first = file({ client_request_id: 'first' });
    const flood = Array.from({ length: 20_000 }, () => file());
    const { found, facts, last } = fold([opened, redeem(1), first, ...flood, byExecutor(executor_id), first]);
    const codes = facts.map((fact) => fact.answer.code);
    expect(codes.filter((code) => code === 'too_many')).toHaveLength(20_000 - 99);
    expect(codes.at(-2)).toBe('ok');
    expect(last).toMatchObject({ code: 'ok', repeated: true });
    // The redemption, a hundred of the agent and one of the executor.
    expect([found?.remembered?.size, found?.refused?.size]).toEqual([102, MAX_REFUSED]);
  });

  it('are all public, the latest counts, without a redemption they are flagged', () => {
    const { found, facts } = fold([
      ...[opened, at(1, 'OutcomeFiled', outcome(action, 'failed')), redeem(2)],
      at(3, 'OutcomeFiled', outcome(action, 'executed')),
    ]);
    expect(found?.outcome).toMatchObject({ status: 'executed', outcome_without_redemption: false });
    const published = facts.flatMap(({ events }) => events).filter(({ name }) => name === 'OutcomeRecorded');
    expect(published.map(({ event }) => event)).toMatchObject([
      { status: 'failed', outcome_without_redemption: true },
      { status: 'executed', outcome_without_redemption: false },
    ]);
  });
});

describe('memory', () => {
  it('forgets an action exactly when log time passes its first record + H, and ends what is open', () => {
    const stop = at(1, 'FreezeRequested', freeze());
    expect(fold([opened, tick(HORIZON_MS - 1)]).found).toBeDefined();
    const { facts, found, state } = fold([opened, stop, tick(HORIZON_MS)]);
    expect([found, state.grants.size, state.requests.size]).toEqual([undefined, 0, 0]);
    expect(facts.at(-1)?.events.map(({ name }) => name)).toEqual(['GrantLapsed']);
    expect(lastCode(opened, tick(HORIZON_MS), redeem(HORIZON_MS))).toBe('unknown_grant');
  });

  it('remembers an action for longer where its decision says that its gates may take longer', () => {
    const days = 16;
    const slow = at(0, 'ActionDecided', allowed(action, { remember_s: days * 86_400, grant_ttl_s: 9 * 86_400 }));
    expect(fold([slow, tick(HORIZON_MS + HOUR)]).found?.grant?.status).toBe('issued');
    expect(fold([slow, tick(2 * HORIZON_MS)]).found).toBeUndefined();
  });
});
