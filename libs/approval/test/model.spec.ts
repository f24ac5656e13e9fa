import fc from 'fast-check';
import { apply, createState } from '../src/index.js';
import type { LogRecord } from '../src/index.js';
import { reference } from './model.js';
import {
  allowed,
  at,
  cancel,
  decided,
  DAY,
  edited,
  finding,
  gate,
  HOUR,
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

const action = proposed('a');
const one = decided(action, { gate: gate({ quorum: 1, grant_ttl_s: 7200 }) });
const two = decided(action);
const quorum = (name: string, count: number, roles: string[], people: string[] = []) => ({
  name,
  count,
  roles,
  people,
});
const audit_gate = gate({ name: 'sample', quorum: 1, roles: ['auditor'], people: ['cat'] });
/** Two duties by two people, the second of which a named person may fill too; approved actions wait. */
const shaped = decided(action, {
  gate: gate({ factors: [quorum('money', 1, ['finance']), quorum('law', 1, ['legal'], ['dan'])], hold: true }),
  audit_gate,
});
/** One of legal suffices, or two of finance. */
const either = decided(action, {
  gate: gate({ thresholds: [quorum('law', 1, ['legal']), quorum('money', 2, ['finance'])] }),
  audit_gate,
});
/** First one of finance, then two of legal; whoever approves has been shown the packet for a while. */
const staged = decided(action, {
  gate: gate({
    ...{ stages: [quorum('money', 1, ['finance']), quorum('law', 2, ['legal'], ['dan'])], roles: ['finance', 'legal'] },
    ...{ quorum: 3, min_dwell_s: 2 },
  }),
  audit_gate,
});
const edits = [
  edited(action, { amount: { value: '450.00', currency: 'USD' } }, { gate: gate({ quorum: 1 }) }),
  edited(
    action,
    { amount: { value: '9000.00', currency: 'USD' } },
    { gate: gate({ factors: [quorum('money', 2, ['finance']), quorum('law', 1, ['legal'])] }) },
  ),
  edited(
    action,
    { amount: { value: '7000.00', currency: 'USD' } },
    { gate: gate({ stages: [quorum('law', 1, ['legal']), quorum('money', 1, ['finance'])], min_dwell_s: 5 }) },
  ),
].map((edit) => ({ ...edit, audit_packet_digest: `audit ${edit.digest}` }));
const packets = [one, two, shaped, either, staged]
  .map(({ packet_digest }) => packet_digest)
  .concat(edits.map((edit) => edit.packet_digest)) as string[];
const digests = [action.digest, ...edits.map(({ digest }) => digest), 'sha256:00'];
const people = fc.constantFrom('ann', 'bob', 'cat', 'dan', 'oli', 'refund-agent');
const ids = fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6');
const hours = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: HOUR }) },
  fc.integer({ min: 0, max: 60 * HOUR }),
);

const decision = fc.constantFrom(
  two,
  two,
  one,
  shaped,
  shaped,
  either,
  staged,
  staged,
  allowed(action),
  allowed(action, { audit_gate, sample_probability: 0.1 }),
  decided(action, { effective_decision: 'deny', gate: null }),
);
const roles = fc.constantFrom(['finance'], ['finance'], ['legal'], ['finance', 'legal'], ['auditor']);
const times = fc.constantFrom(null, null, T0 + 5 * HOUR, T0 + 20 * HOUR, T0 + 9 * DAY);
const ballot = fc.record({
  ...{ client_request_id: ids, packet_digest: fc.constantFrom(...packets), roles, release_at: times },
  vote: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'deny' as const),
});
const edition = fc.record({
  ...{ client_request_id: ids, packet_digest: fc.constantFrom(...packets), edit: fc.constantFrom(...edits) },
  vote: fc.constant('approve_with_changes' as const),
});
const answers = fc.record({
  ...{ client_request_id: ids, roles: fc.constantFrom(['auditor'], ['finance']) },
  packet_digest: fc.constantFrom(
    shaped.audit_packet_digest ?? '',
    either.audit_packet_digest ?? '',
    allowed(action, { audit_gate }).audit_packet_digest ?? '',
    ...edits.map((edit) => edit.audit_packet_digest),
  ),
  vote: fc.constantFrom('harmful' as const, 'harmless' as const, 'unsure' as const, 'approve' as const),
});
const wish = fc.record({
  ...{ client_request_id: ids, recall: fc.boolean(), release_at: times },
  roles: fc.constantFrom(['finance'], ['admin'], ['other']),
});
const claim = fc.record({
  ...{ client_request_id: ids, action_digest: fc.constantFrom(...digests), executor_id: fc.constantFrom('x', 'y') },
});

const views = fc.record({ packet_digest: fc.constantFrom(...packets) });

const records = fc.oneof(
  fc.tuple(hours, decision).map(([ms, event]) => at(ms, 'ActionDecided', event)),
  {
    weight: 5,
    arbitrary: fc.tuple(hours, people, ballot).map(([ms, who, cast]) => at(ms, 'VoteCast', vote(action, who, cast))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(hours, people, edition).map(([ms, who, cast]) => at(ms, 'VoteCast', vote(action, who, cast))),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(hours, claim).map(([ms, asked]) => at(ms, 'RedemptionRequested', redemption(action, asked))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(hours, people, answers)
      .map(([ms, who, cast]) => at(ms, 'VoteCast', finding(shaped, who, cast))),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(hours, people, wish).map(([ms, who, w]) => at(ms, 'ReleaseRequested', release(action, who, w))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(hours, people, views)
      .map(([ms, who, seen]) => at(ms, 'PacketShown', { ...shown(action, who), ...seen })),
  },
  hours.map((ms) => at(ms, 'CancelRequested', cancel(action))),
  hours.map((ms) => at(ms, 'RevocationRequested', revocation(action))),
  hours.map((ms) => at(ms, 'OutcomeFiled', outcome(action))),
  hours.map(tick),
);

/** Logs that begin with a decision most of the time. */
const anyLog: fc.Arbitrary<LogRecord[]> = fc
  .tuple(fc.option(decision, { freq: 9 }), fc.array(records, { maxLength: 14 }))
  .map(([first, rest]) => [...(first === null ? [] : [at(0, 'ActionDecided', first)]), ...rest]);

/** Logs in which people mostly see what they vote on, so that what follows an approval is reached often. */
const nearLog: fc.Arbitrary<LogRecord[]> = fc
  .constantFrom(shaped, shaped, either, two, staged, staged)
  .chain((first) => {
    const minutes = fc.integer({ min: 0, max: 10 * HOUR });
    const seen = { packet_digest: first.packet_digest ?? '' };
    const asked = { packet_digest: first.audit_packet_digest ?? '' };
    const near = fc.oneof(
      fc
        .tuple(minutes, people, roles, times)
        .map(([ms, who, own, release_at]) =>
          at(ms, 'VoteCast', vote(action, who, { ...seen, roles: own, release_at })),
        ),
      fc
        .tuple(minutes, people, answers)
        .map(([ms, who, own]) => at(ms, 'VoteCast', finding(first, who, { ...own, ...asked }))),
      fc.tuple(minutes, people, wish).map(([ms, who, own]) => at(ms, 'ReleaseRequested', release(action, who, own))),
      fc.tuple(minutes, claim).map(([ms, own]) => at(ms, 'RedemptionRequested', redemption(action, own))),
    );
    const known = fc.oneof({ weight: 6, arbitrary: near }, { weight: 1, arbitrary: records });
    const votes = fc
      .array(fc.tuple(people, roles), { minLength: 2, maxLength: 4 })
      .map((casts) => [
        ...casts.map(([who], index) => at(index, 'PacketShown', { ...shown(action, who), ...seen })),
        ...casts.map(([who, own], index) => at(2_000 + index, 'VoteCast', vote(action, who, { ...seen, roles: own }))),
      ]);
    return fc
      .tuple(votes, fc.array(known, { maxLength: 10 }))
      .map(([early, rest]) => [at(0, 'ActionDecided', first), ...early, ...rest]);
  });

/** With copies of records put in at random places behind them. */
const logs: fc.Arbitrary<LogRecord[]> = fc
  .tuple(fc.oneof(anyLog, nearLog), fc.array(fc.nat({ max: 13 }), { maxLength: 4 }))
  .map(([log, copies]) => [...log, ...copies.flatMap((index) => log.slice(index, index + 1))]);

// A decision more than 24 h after its proposal opens nothing, which the reference does not know.
const hasLateDecision = (log: readonly LogRecord[]): boolean => {
  let time = 0;
  return log.some((record) => {
    time = Math.max(time, record.timestampMs);
    return record.name === 'ActionDecided' && time > record.event.proposed_at + 24 * HOUR;
  });
};

describe('the fold', () => {
  it('agrees with the plain reference on every log, record by record', () => {
    fc.assert(
      fc.property(logs, (log) => {
        fc.pre(!hasLateDecision(log));
        const state = createState(0);
        log.forEach((record, index) => {
          const { answer } = apply(state, record);
          const found = state.actions.get(action.action_id);
          const seen = {
            status: found === undefined ? 'none' : (found.resolution?.status ?? 'pending'),
            grant: found?.grant?.status ?? 'none',
            hold: found?.hold?.status ?? 'none',
            audit: found?.audit?.status ?? 'none',
            digest: found === undefined ? null : (found.request?.digest ?? found.decided.digest),
            code: answer.code,
          };
          expect(seen).toEqual(reference(log.slice(0, index + 1)));
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('yields one terminal outcome and at most one redemption, whatever comes in', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const state = createState(0);
        const names = log.flatMap((record) => apply(state, record).events.map(({ name }) => name));
        const count = (name: string) => names.filter((found) => found === name).length;
        for (const name of ['DecisionRecorded', 'GrantIssued', 'GrantRedeemed', 'SampleLabelled']) {
          expect(count(name)).toBeLessThanOrEqual(1);
        }
        // The request that binds and an audit.
        for (const name of ['RequestOpened', 'RequestResolved']) expect(count(name)).toBeLessThanOrEqual(2);
        expect(count('GrantRedeemed') + count('GrantRevoked') + count('GrantLapsed')).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1_000 },
    );
  });

  it('yields the same facts and state when the log is read again', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const [left, right] = [createState(0), createState(0)];
        const facts = log.map((record) => apply(left, record));
        expect(log.map((record) => apply(right, record))).toEqual(facts);
        expect(right.actions).toEqual(left.actions);
      }),
      { numRuns: 500 },
    );
  });
});
