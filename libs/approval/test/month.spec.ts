import type { ActionDecided, ActionProposed, Gate } from '@countersign/events';
import { actionDocument, apply, createState, custodyDocument, HORIZON_MS, nextDeadline } from '../src/index.js';
import type { LogRecord, PartitionState, PublicEvent } from '../src/index.js';
import {
  allowed,
  assignment,
  at,
  cancel,
  custody,
  DAY,
  decided,
  finding,
  freeze,
  gate,
  HOUR,
  MINUTE,
  outcome,
  proposed,
  redemption,
  release,
  revocation,
  shown,
  T0,
  tick,
  vote,
} from './records.js';

/** A small generator of numbers in [0, 1), the same on every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const EVERY = 30 * MINUTE;
const MONTH = 31 * DAY;
const RENEWAL = 20 * MINUTE;
const PEOPLE = ['ann', 'bob', 'cat', 'oli'];
const VERBS = ['claim', 'claim', 'release', 'recuse', 'escalate', 'comment'] as const;

/**
 * Clocks as policy carries them: of an action proposed on a Friday evening they reach over the weekend, because policy
 * counted working hours into seconds.
 */
function clocksOf(index: number): Partial<Gate> {
  const rest_s = index % 5 === 0 ? 62 * 3600 : 0;
  const times = { respond_s: rest_s + 7200, expire_s: rest_s + 2 * 86_400, escalate_s: rest_s + 5400 };
  return { ...times, remind_s: [rest_s + 1800, rest_s + 3600, rest_s + 9000], claim_s: 600, escalate_roles: ['lead'] };
}

/** Of gated actions every other one is held once approved; of allowed ones every other one has an advisory request. */
function decisionOf(index: number, submitted: ActionProposed): ActionDecided {
  const sample =
    index % 3 === 0
      ? { audit_gate: gate({ ...clocksOf(index), name: 'sample', quorum: 1 }), sample_probability: 0.3 }
      : {};
  if (index % 2 === 0)
    return decided(submitted, {
      ...sample,
      gate: gate({ ...clocksOf(index), quorum: 1 + Number(index % 7 === 0), hold: index % 4 === 0 }),
    });
  return allowed(submitted, {
    ...sample,
    advisory_gate: index % 4 === 1 ? gate({ ...clocksOf(index), quorum: 1 }) : null,
  });
}

/** Everything that happens to one action proposed at `start`: some of it late, some of it twice. */
function life(index: number, start: number, next: () => number): LogRecord[] {
  const submitted = proposed(String(index), {
    submitted_at: T0 + start,
    agent_id: index % 3 === 0 ? 'other-agent' : 'refund-agent',
  });
  const chosen = decisionOf(index, submitted);
  const decision = at(start, 'ActionDecided', chosen);
  const later = () => start + next() ** 3 * 9 * DAY;
  const some = [
    ...PEOPLE.map((who) =>
      at(later(), 'VoteCast', vote(submitted, who, { packet_digest: chosen.packet_digest ?? '' })),
    ),
    ...PEOPLE.map((who) => at(later(), 'VoteCast', finding(chosen, who))),
    ...[at(later(), 'ReleaseRequested', release(submitted, 'ann', { release_at: T0 + start + next() * 4 * DAY }))],
    ...[at(later(), 'ReleaseRequested', release(submitted, 'bob', { recall: next() < 0.5 }))],
    ...[
      at(later(), 'RedemptionRequested', redemption(submitted)),
      at(later(), 'RedemptionRequested', redemption(submitted)),
    ],
    ...[at(later(), 'OutcomeFiled', outcome(submitted)), at(later(), 'PacketShown', shown(submitted, 'ann'))],
    ...[at(later(), 'CancelRequested', cancel(submitted)), at(later(), 'RevocationRequested', revocation(submitted))],
    ...VERBS.map((verb) => at(later(), 'CustodyRequested', custody(submitted, verb, 'ann', { text: 'hm' }))),
    ...[at(later(), 'CustodyRequested', assignment(submitted, 'bob'))],
    ...[
      at(later(), 'VoteCast', vote(submitted, 'lea', { packet_digest: chosen.packet_digest ?? '', roles: ['lead'] })),
    ],
  ].filter(() => next() < 0.5);
  const copies = some
    .filter(() => next() < 0.2)
    .map((record) => ({ ...record, timestampMs: record.timestampMs + next() * DAY }));
  // A copy of the decision may trail it, by less than a day: beyond that it is too old for everyone.
  const trailing = next() < 0.3 ? [{ ...decision, timestampMs: decision.timestampMs + next() * 2 * DAY }] : [];
  return [decision, ...some, ...copies, ...trailing];
}

/** Kill switches that stand for hours or many days, renewed as instances renew them. */
function freezes(): LogRecord[] {
  const periods = [
    [2 * DAY, 3 * DAY, 'frz_short', 'other-agent'],
    [9 * DAY, 24 * DAY, 'frz_long', 'other-agent'],
    [21 * DAY, 22 * DAY, 'frz_all', null],
    [26 * DAY, MONTH + 5 * DAY, 'frz_now', 'other-agent'],
  ] as const;
  return periods.flatMap(([from, to, freeze_id, agent_id]) => {
    const set = Array.from({ length: Math.ceil((Math.min(to, MONTH) - from) / RENEWAL) }, (_, n) =>
      at(from + n * RENEWAL, 'FreezeRequested', freeze({ freeze_id, agent_id })),
    );
    return [...set, at(to, 'FreezeRequested', freeze({ freeze_id, agent_id, frozen: false }))];
  });
}

const LOGS = new Map<number, LogRecord[]>();
/** Built once: the digests of so many records take longer than all folds of them. */
function monthOfLog(seed: number): LogRecord[] {
  const log = LOGS.get(seed) ?? buildLog(seed);
  LOGS.set(seed, log);
  return log;
}

function buildLog(seed: number): LogRecord[] {
  const next = random(seed);
  const lives = Array.from({ length: MONTH / EVERY }, (_, index) => life(index, index * EVERY, next));
  const ticks = Array.from({ length: MONTH / (6 * HOUR) }, (_, index) => tick(index * 6 * HOUR));
  return [...lives.flat(), ...freezes(), ...ticks]
    .filter(({ timestampMs }) => timestampMs <= T0 + MONTH)
    .sort((a, b) => a.timestampMs - b.timestampMs);
}

function folded(log: readonly LogRecord[]): PartitionState {
  const state = createState(0);
  for (const record of log) apply(state, record);
  return state;
}

const documents = (state: PartitionState) =>
  [...state.actions.values()].map((action) => [
    actionDocument(action),
    ...[action.request, action.audit].map((request) => request && custodyDocument(action, request)),
  ]);

/** Calls about every action of the last weeks, to be put to both. */
function probes(log: readonly LogRecord[]): LogRecord[] {
  const seen = log.filter(
    ({ name, timestampMs }) => name !== 'Ticked' && name !== 'FreezeRequested' && timestampMs > T0 + 14 * DAY,
  );
  return seen.map((record, index) => ({ ...record, timestampMs: T0 + MONTH + index }));
}

describe('after a month of log', () => {
  it.each([1, 2])('a cold instance and a running one agree on every answer (log %i)', (seed) => {
    const log = monthOfLog(seed);
    const warm = folded(log);
    const start = T0 + MONTH - HORIZON_MS - HOUR;
    const cold = folded(log.filter(({ timestampMs }) => timestampMs >= start));
    const now = tick(MONTH);
    expect(apply(cold, now)).toEqual(apply(warm, now));
    expect(warm.actions.size).toBeGreaterThan(300);
    expect(documents(cold)).toEqual(documents(warm));
    expect(nextDeadline(cold)).toBe(nextDeadline(warm));
    const states = [...warm.actions.values()];
    for (const part of ['hold', 'audit', 'request', 'grant'] as const)
      expect(states.filter((action) => action[part] !== null).length).toBeGreaterThan(20);
    const asked = probes(log);
    expect(asked.length).toBeGreaterThan(3_000);
    expect(asked.map((record) => apply(cold, record))).toEqual(asked.map((record) => apply(warm, record)));
  });

  it('every clock went off once at most, and what is kept is what eight days need', () => {
    const state = createState(0);
    const events: PublicEvent[] = [];
    let [most, heap] = [0, 0];
    for (const record of monthOfLog(1)) {
      events.push(...apply(state, record).events);
      most = Math.max(most, state.actions.size);
      heap = Math.max(heap, state.deadlines.size);
    }
    const once = (name: PublicEvent['name'], words: (event: never) => unknown[]): number => {
      const told = events.filter((one) => one.name === name).map(({ event }) => words(event as never).join());
      expect(told.filter((one, index) => told.indexOf(one) < index)).toEqual([]);
      return told.length;
    };
    type Reminded = Extract<PublicEvent, { name: 'RequestReminded' }>['event'];
    type Asked = { request_id: string };
    expect(once('RequestReminded', ({ request_id, nth }: Reminded) => [request_id, nth])).toBeGreaterThan(1_000);
    expect(once('RequestEscalated', ({ request_id }: Asked) => [request_id])).toBeGreaterThan(400);
    expect(once('RequestResolved', ({ request_id }: Asked) => [request_id])).toBeGreaterThan(1_000);
    expect(once('GrantLapsed', ({ action_id }: { action_id: string }) => [action_id])).toBeGreaterThan(20);
    const lapses = events.filter(({ name, event }) => name === 'CustodyChanged' && event.verb === 'claim_lapsed');
    expect(lapses.length).toBeGreaterThan(100);
    // An action every half hour; of each a few deadlines, and those that no longer hold until their time has come.
    const kept = HORIZON_MS / EVERY + 1;
    expect(most).toBeLessThanOrEqual(kept);
    expect(heap).toBeLessThan(12 * kept);
    expect([state.requests.size, state.grants.size].every((size) => size <= 2 * kept)).toBe(true);
    apply(state, tick(MONTH + 9 * DAY));
    const { actions, requests, grants, pending, deadlines } = state;
    expect([actions, requests, grants, pending, deadlines].map(({ size }) => size)).toEqual([0, 0, 0, 0, 0]);
  });
});
