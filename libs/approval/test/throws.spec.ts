import { encode } from '@countersign/events';
import { apply, createState } from '../src/index.js';
import type { LogRecord, PartitionState } from '../src/index.js';
import { allowed, at, attached, cancel, custody, decided, edited, MINUTE, outcome } from './records.js';
import { proposed, redemption, revocation, tick, vote } from './records.js';

const action = proposed('a');
const waiting = at(0, 'ActionDecided', decided(action));
const granted = at(0, 'ActionDecided', allowed(action));
const changed = edited(action, { amount: { value: '10.00', currency: 'USD' } });

/** A log whose last record is judged, by what it does. */
const LOGS: [string, LogRecord[]][] = [
  ['opens a request', [waiting]],
  ['opens a grant', [granted]],
  ['votes', [waiting, at(MINUTE, 'VoteCast', vote(action, 'ann'))]],
  ['approves', [waiting, at(1, 'VoteCast', vote(action, 'ann')), at(MINUTE, 'VoteCast', vote(action, 'bob'))]],
  ['changes', [waiting, at(1, 'VoteCast', vote(action, 'ann', { vote: 'approve_with_changes', edit: changed }))]],
  ['denies', [waiting, at(MINUTE, 'VoteCast', vote(action, 'ann', { vote: 'deny', reason: 'no' }))]],
  ['redeems', [granted, at(MINUTE, 'RedemptionRequested', redemption(action))]],
  ['revokes', [granted, at(MINUTE, 'RevocationRequested', revocation(action))]],
  ['cancels', [waiting, at(MINUTE, 'CancelRequested', cancel(action))]],
  ['claims', [waiting, at(MINUTE, 'CustodyRequested', custody(action, 'claim', 'ann'))]],
  ['steps aside', [waiting, at(MINUTE, 'CustodyRequested', custody(action, 'recuse', 'ann'))]],
  ['attaches', [waiting, at(MINUTE, 'EvidenceAttached', attached(action, 'ann'))]],
  ['reports', [granted, at(MINUTE, 'OutcomeFiled', outcome(action))]],
];

/** A record whose event breaks when it is read for the nth time; `broke` tells whether it came to that. */
function breaking(record: LogRecord, nth: number): { record: LogRecord; broke: () => boolean } {
  let reads = 0;
  const event = new Proxy(record.event, {
    get: (target, name) => {
      if (++reads === nth) throw new RangeError('a bug');
      return Reflect.get(target, name) as unknown;
    },
  });
  return { record: { ...record, event } as LogRecord, broke: () => reads >= nth };
}

const seenOf = ({ actions, pending, requests, grants, freezes }: PartitionState): unknown =>
  structuredClone({ actions, pending: [...pending.keys()], requests: [...requests.keys()], grants, freezes });

function before(log: readonly LogRecord[]): PartitionState {
  const state = createState(0);
  for (const record of log.slice(0, -1)) apply(state, record);
  return state;
}

describe('a throw in the middle of a step', () => {
  it.each(LOGS)('that %s is a refusal, and the step has changed nothing', (_, log) => {
    const last = log.at(-1)!;
    const [clean, whole] = [before(log), before(log)];
    const expected = apply(whole, last);
    expect([expected.answer.code, expected.rejected]).toEqual(['ok', null]);
    let nth = 2;
    for (; nth < 10_000; nth++) {
      const state = before(log);
      const { record, broke } = breaking(last, nth);
      const facts = apply(state, record);
      if (!broke()) break;
      if (facts.rejected?.detail.includes('published')) continue;
      expect([['internal', 'invalid_decision'].includes(facts.rejected?.reason ?? ''), facts.events]).toEqual([
        true,
        [],
      ]);
      if (last.name !== 'ActionDecided') expect(facts.answer.code).toBe('internal');
      expect(seenOf(state)).toEqual(seenOf(clean));
      // The same record, read without the bug, is judged as if nothing had been.
      expect(apply(state, last)).toEqual(expected);
    }
    expect(nth).toBeGreaterThan(5);
  });

  it('is no answer of instances that publish alone', () => {
    const [judging, publishing] = [createState(0, { publishes: false }), createState(0)];
    const broken = { ...allowed(action), explanation: '[]' };
    const poison = at(0, 'ActionDecided', broken);
    Object.defineProperty(broken, 'decision_id', { enumerable: true, get: () => JSON.parse('{') as string });
    const [judged, published] = [apply(judging, poison), apply(publishing, poison)];
    expect(published.answer).toEqual(judged.answer);
    expect([...publishing.actions.keys()]).toEqual([...judging.actions.keys()]);
  });
});

describe('bytes that are no proposal', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('anything')],
    ['another event', encode('Ticked', { tenant: '', client_request_id: '' })],
    ['a cut proposal', decided(action).action.subarray(0, 40)],
    ['the proposal of another action', decided(proposed('b')).action],
    ["another tenant's", decided(proposed('a', { tenant: 'globex' })).action],
  ])('%s: the decision is rejected and opens nothing', (_, bytes) => {
    const state = createState(0);
    const { rejected, events } = apply(state, at(0, 'ActionDecided', { ...decided(action), action: bytes }));
    expect([rejected?.reason, events, state.actions.size]).toEqual(['invalid_decision', [], 0]);
    expect(apply(state, at(MINUTE, 'RedemptionRequested', redemption(action))).answer.code).toBe('unknown_grant');
    expect(apply(state, waiting).rejected).toBeNull();
    expect(apply(state, tick(MINUTE)).rejected).toBeNull();
  });
});
