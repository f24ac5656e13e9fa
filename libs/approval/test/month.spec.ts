import type { ActionDecided, ActionProposed } from '@countersign/events';
import { actionDocument, apply, createState, HORIZON_MS } from '../src/index.js';
import type { LogRecord, PartitionState } from '../src/index.js';
import {
  allowed,
  at,
  cancel,
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

/** Of gated actions every other one is held once approved; of allowed ones every other one has an advisory request. */
function decisionOf(index: number, submitted: ActionProposed): ActionDecided {
  const sample = index % 3 === 0 ? { audit_gate: gate({ name: 'sample', quorum: 1 }), sample_probability: 0.3 } : {};
  if (index % 2 === 0) return decided(submitted, { ...sample, gate: gate({ quorum: 1, hold: index % 4 === 0 }) });
  return allowed(submitted, { ...sample, advisory_gate: index % 4 === 1 ? gate({ quorum: 1 }) : null });
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
  ].filter(() => next() < 0.6);
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

function monthOfLog(seed: number): LogRecord[] {
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

const documents = (state: PartitionState) => [...state.actions.values()].map((action) => actionDocument(action));

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
    const states = [...warm.actions.values()];
    for (const part of ['hold', 'audit', 'request', 'grant'] as const)
      expect(states.filter((action) => action[part] !== null).length).toBeGreaterThan(20);
    const asked = probes(log);
    expect(asked.length).toBeGreaterThan(3_000);
    expect(asked.map((record) => apply(cold, record))).toEqual(asked.map((record) => apply(warm, record)));
  });
});
