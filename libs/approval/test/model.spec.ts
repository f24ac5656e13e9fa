import fc from 'fast-check';
import { apply, createState, nextDeadline } from '../src/index.js';
import type { Facts, LogRecord, PartitionState } from '../src/index.js';
import { Guard } from './model/guard.js';
import { step } from './model/calls.js';
import type { Move } from './model/moves.js';
import { moves, recordOf } from './model/moves.js';
import { nextClock } from './model/time.js';
import { linesOf, viewOfFold, viewOfModel } from './model/view.js';
import { createWorld } from './model/world.js';
import { T0 } from './records.js';

/** Interleavings of a run, and the seed of one to run again: docs/testing.md. */
const RUNS = Number(process.env['COUNTERSIGN_MODEL_RUNS'] ?? 10_000);
const SEED = process.env['COUNTERSIGN_MODEL_SEED'];
const options = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };

const worded = ({ name, event, timestampMs }: LogRecord): string =>
  `${(timestampMs - T0) / 1000} s ${name} ${JSON.stringify({ ...event, action: undefined })}`;

/** Both must say the same; the log that led there is told in the order of its records. */
function agree(log: readonly LogRecord[], wanted: unknown, seen: unknown): void {
  if (JSON.stringify(wanted) === JSON.stringify(seen)) return;
  const [left, right] = [wanted, seen].map((one) => JSON.stringify(one, null, 1));
  throw new Error(`wanted\n${left}\nseen\n${right}\nafter\n${log.map(worded).join('\n')}`);
}

/** What must come up in a run of this length, so that agreeing means something. */
const MET = [
  ...['not_found', 'forbidden', 'duplicate_request', 'already_voted', 'already_terminal', 'stale_packet', 'frozen'],
  ...['vote_not_offered', 'reason_required', 'too_fast', 'parameters_required', 'edit_denied_by_policy', 'revoked'],
  ...['unknown_grant', 'action_digest_mismatch', 'already_consumed', 'expired', 'precondition_changed', 'not_held'],
  ...[
    'release_too_late',
    'already_claimed',
    'not_claimed',
    'already_assigned',
    'already_escalated',
    'no_escalation',
    'too_old',
  ],
  ...['self', 'operator', 'role', 'excluded', 'stage', 'recused'].map((rule) => `not_eligible ${rule}`),
  ...['DecisionRecorded', 'RequestOpened', 'PacketOpened', 'VoteRecorded', 'VersionChanged', 'CustodyChanged'],
  ...['RequestReminded', 'RequestEscalated', 'RequestResolved', 'GrantIssued', 'GrantRedeemed', 'GrantRevoked'],
  ...['evidence_required', 'evidence_full', 'already_attached', 'EvidenceRecorded'],
  ...['GrantLapsed', 'HoldChanged', 'SampleLabelled', 'Refused', 'FreezeChanged', 'OutcomeRecorded'],
];
const wordsOf = ({ answer: { code, rule }, events, rejected }: Facts): string[] => [
  ...[rule === null ? code : `${code} ${rule}`, ...events.map(({ name }) => name)],
  ...(rejected === null ? [] : [rejected.reason]),
];

interface Told {
  readonly log: readonly LogRecord[];
  readonly facts: readonly Facts[];
  readonly state: PartitionState;
}

/** Lets the model and the fold go through the same log, record by record. */
function interleave(chosen: readonly Move[]): Told {
  const [world, state, guard] = [createWorld(), createState(0), new Guard()];
  const log: LogRecord[] = [];
  const facts: Facts[] = [];
  for (const move of chosen) {
    const record = recordOf(world, log, move);
    log.push(record);
    const { code, rule, taken, repeated } = step(world, record);
    const found = apply(state, record);
    facts.push(found);
    const { answer, rejected } = found;
    agree(log, [code, rule, taken, repeated], [answer.code, answer.rule, rejected === null, answer.repeated]);
    agree(log, world.said.sort(), linesOf(found.events));
    agree(log, viewOfModel(world), viewOfFold(state));
    agree(log, nextClock(world)?.at ?? null, nextDeadline(state));
    agree(log, [], guard.complaints(state, found));
  }
  return { log, facts, state };
}

/** Everything in a state but what it publishes and what it kept on its heap. */
const told = ({ actions, requests, grants, pending, freezes, counters, log_time }: PartitionState): string =>
  JSON.stringify(
    [actions, [...requests.keys()], [...grants.keys()], [...pending.keys()], freezes, counters, log_time],
    mapped,
  );
const mapped = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);

/** An instance that starts anew reads the log from its beginning. */
function replay({ log, facts, state }: Told, publishes: boolean): void {
  const fresh = createState(0, { publishes });
  const again = log.map((record) => apply(fresh, record));
  agree(
    log,
    facts.map(({ answer }) => answer),
    again.map(({ answer }) => answer),
  );
  if (publishes)
    agree(
      log,
      facts.map(({ events }) => events),
      again.map(({ events }) => events),
    );
  agree(log, told(state), told(fresh));
}

describe('the fold', () => {
  it(
    `agrees with the plain model on ${RUNS} interleavings, and after a restart with itself`,
    () => {
      let runs = 0;
      const met = new Set<string>();
      fc.assert(
        fc.property(moves, (chosen) => {
          runs += 1;
          const story = interleave(chosen);
          for (const word of story.facts.flatMap(wordsOf)) met.add(word);
          replay(story, runs % 2 === 0);
        }),
        options,
      );
      if (RUNS >= 10_000) expect(MET.filter((word) => !met.has(word))).toEqual([]);
    },
    60_000 + RUNS * 60,
  );
});
