import { apply, createState, HORIZON_MS } from '../src/index.js';
import type { LogRecord } from '../src/index.js';
import { allowed, at, cancel, decided, freeze, HOUR, proposed, redemption, tick, T0, vote } from './records.js';

const action = proposed('a');
const waiting = at(0, 'ActionDecided', decided(action));
const granted = at(0, 'ActionDecided', allowed(action));
const set = (hour: number, freeze_id: string, scope = {}) =>
  at(hour * HOUR, 'FreezeRequested', freeze({ freeze_id, ...scope }));
const lift = (hour: number, freeze_id: string) =>
  at(hour * HOUR, 'FreezeRequested', freeze({ freeze_id, frozen: false }));

function fold(...records: LogRecord[]) {
  const state = createState(3);
  const facts = records.map((record) => apply(state, record));
  return {
    state,
    found: state.actions.get(action.action_id),
    last: facts.at(-1),
    names: facts.map(({ events }) => events.map(({ name }) => name)),
  };
}
const hours = (at: number | undefined): number => ((at ?? 0) - T0) / HOUR;

describe('a freeze', () => {
  it('is public when it is set and when it is lifted, not when it is renewed', () => {
    const { names, state } = fold(set(1, 'x'), set(2, 'x'), lift(3, 'x'), lift(4, 'x'));
    expect(names).toEqual([['FreezeChanged'], [], ['FreezeChanged'], []]);
    expect(state.freezes.size).toBe(0);
  });

  it('is over once it was lifted, whoever puts its records again', () => {
    const { state, names, last } = fold(set(1, 'x'), lift(2, 'x'), set(3, 'x'));
    expect([state.freezes.size, last?.answer.code, names.at(-1)]).toEqual([0, 'already_terminal', []]);
    expect(fold(set(1, 'x'), lift(2, 'x'), set(3, 'y'), lift(4, 'x')).state.freezes.size).toBe(1);
  });

  it.each([{ agent_id: 'other' }, { action_type: 'other' }, { reason: 'another' }])(
    'with another scope under its id is another request: %j',
    (change) => {
      const { last, state } = fold(set(1, 'x'), set(2, 'x', change));
      expect([last?.answer.code, state.freezes.get('x')?.agent_id]).toEqual(['duplicate_request', null]);
    },
  );

  it("is an admin's, and of one tenant", () => {
    expect(fold(at(0, 'FreezeRequested', freeze({ roles: ['finance'] }))).last?.answer.code).toBe('forbidden');
    const other = at(2, 'FreezeRequested', freeze({ freeze_id: 'x', tenant: 'globex', frozen: false }));
    const { last, state } = fold(set(0, 'x'), other);
    expect([last?.answer.code, state.freezes.size]).toEqual(['not_found', 1]);
  });

  it.each([
    ['the tenant', {}, true],
    ['the agent', { agent_id: 'refund-agent' }, true],
    ['the action type', { action_type: 'refund' }, true],
    ['agent and type', { agent_id: 'refund-agent', action_type: 'refund' }, true],
    ['another agent', { agent_id: 'x' }, false],
    ['another type', { action_type: 'x' }, false],
    ['the agent with another type', { agent_id: 'refund-agent', action_type: 'x' }, false],
    ['another tenant', { tenant: 'globex' }, false],
  ])('of %s', (_, scope, stops) => {
    const asked = at(0.5 * HOUR, 'RedemptionRequested', redemption(action));
    expect(fold(granted, set(0, 'x', scope), asked).last?.answer.code).toBe(stops ? 'frozen' : 'ok');
  });

  it('of two that overlap pauses a clock once, until the last is lifted', () => {
    const overlapping = [set(1, 'x'), set(2, 'y', { agent_id: 'refund-agent' }), lift(3, 'x'), lift(5, 'y')];
    const { found } = fold(waiting, ...overlapping);
    expect([hours(found?.request?.expires_at), hours(found?.request?.respond_by)]).toEqual([28, 5]);
    expect([found?.request?.paused_ms, found?.request?.paused_at]).toEqual([4 * HOUR, null]);
    expect(fold(waiting, ...overlapping, tick(28 * HOUR - 1)).found?.request?.status).toBe('pending');
    expect(fold(waiting, ...overlapping, tick(28 * HOUR)).found?.request?.status).toBe('expired');
  });

  it('pauses what opens under it from the start', () => {
    const later = proposed('a', { submitted_at: T0 + HOUR });
    const { found } = fold(set(0, 'x'), at(HOUR, 'ActionDecided', allowed(later)), lift(11, 'x'));
    expect([hours(found?.grant?.expires_at), found?.grant?.status]).toEqual([12, 'issued']);
  });

  it('pauses a grant, which can be used after it as long as was left', () => {
    const asked = (hour: number) => at(hour * HOUR, 'RedemptionRequested', redemption(action));
    expect(fold(granted, set(0.5, 'x'), lift(10, 'x'), asked(10.4)).last?.answer.code).toBe('ok');
    expect(fold(granted, set(0.5, 'x'), lift(10, 'x'), asked(10.5)).last?.answer.code).toBe('expired');
    expect(fold(granted, set(0.5, 'x'), asked(40)).last?.answer.code).toBe('frozen');
  });

  it('does not keep the agent from taking its action back', () => {
    const { found, last } = fold(waiting, set(1, 'x'), at(3 * HOUR, 'CancelRequested', cancel(action)));
    expect([found?.resolution?.status, found?.request?.paused_ms]).toEqual(['cancelled', 2 * HOUR]);
    expect(last?.events.map(({ name }) => name)).toEqual(['RequestResolved']);
  });

  it('does not keep an action in memory for ever: what is open ends with it', () => {
    const { names, found } = fold(waiting, set(1, 'x'), tick(HORIZON_MS));
    expect([names.at(-1), found]).toEqual([['RequestResolved'], undefined]);
  });

  it('holds a vote that would have been the last one', () => {
    const cast = (hour: number, who: string) => at(hour * HOUR, 'VoteCast', vote(action, who));
    const { found } = fold(waiting, cast(1, 'ann'), set(2, 'x'), cast(3, 'bob'), lift(4, 'x'));
    expect(found?.request?.status).toBe('pending');
    expect(
      fold(waiting, cast(1, 'ann'), set(2, 'x'), cast(3, 'bob'), lift(4, 'x'), cast(5, 'bob')).found?.request?.status,
    ).toBe('approved');
  });
});
