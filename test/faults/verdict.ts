import { APPROVALS } from './ledger.js';
import type { LedgerAction } from './ledger.js';
import type { PublicEvent } from './public-reader.js';

/** One row of `audit`, as far as the judge needs it. */
export interface AuditRow {
  readonly action_id: string;
  readonly approval_status: string;
  readonly redeemed: boolean;
  readonly outcome: boolean;
}

export interface Evidence {
  readonly actions: readonly LedgerAction[];
  /** Read after everything came to rest. */
  readonly late: readonly PublicEvent[];
  /** Read while the faults went on. */
  readonly concurrent: readonly PublicEvent[];
  readonly audit: readonly AuditRow[];
  /** `vote_id`s in `votes`. */
  readonly votes: readonly string[];
}

/** DESIGN's four words; every list must be empty. */
export interface Verdict {
  readonly LOST: string[];
  readonly DUPLICATED: string[];
  readonly UNAUTHORIZED: string[];
  readonly STUCK: string[];
  /** Answers that no client should have got. */
  readonly WRONG: string[];
}

type Counts = ReadonlyMap<string, number>;

function count(keys: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const doubled = (counts: Counts, what: string): string[] =>
  [...counts].filter(([, times]) => times > 1).map(([key, times]) => `${what} ${key}: ${times} times`);

/** Events of which an action has at most one. */
const SINGLE = ['DecisionRecorded', 'RequestOpened', 'RequestResolved', 'GrantIssued', 'GrantRedeemed'];

export function judge(evidence: Evidence): Verdict {
  const { actions, late, audit } = evidence;
  const facts = count(late.map(({ name, actionId }) => `${name} ${actionId}`));
  const rows = new Map(audit.map((row) => [row.action_id, row]));
  const votes = count(evidence.votes);
  return {
    LOST: [
      ...actions.flatMap((action) => lost(action, facts, rows.get(action.actionId))),
      ...lostVotes(actions, late, votes),
      ...unseen(evidence),
    ],
    DUPLICATED: [...duplicated(evidence, facts), ...doubled(votes, 'vote')],
    UNAUTHORIZED: actions.flatMap((action) => unauthorized(action, late)),
    STUCK: actions
      .filter(({ status }) => status === 'deciding' || status === 'pending')
      .map(({ actionId, status, kind }) => `${actionId} (${kind}) is ${status}`),
    WRONG: actions.flatMap(({ actionId, wrongs }) =>
      wrongs.filter((wrong) => !wrong.startsWith('UNAUTHORIZED')).map((wrong) => `${actionId}: ${wrong}`),
    ),
  };
}

function lost(
  { actionId, status, redeemed, redemptions, outcome }: LedgerAction,
  facts: Counts,
  row: AuditRow | undefined,
): string[] {
  const ended = status === 'allowed' ? 'approved' : status;
  const missing = [
    [!row, 'not in audit'],
    [!facts.has(`DecisionRecorded ${actionId}`), 'decision not published'],
    [row && !isStatus(row.approval_status, ended), `audit says ${row?.approval_status}, the agent was told ${status}`],
    [redemptions > 0 && redeemed.length === 0, 'redeemed by nobody'],
    [redeemed.length > 0 && !row?.redeemed, 'redemption not in audit'],
    [redeemed.length > 0 && !facts.has(`GrantRedeemed ${actionId}`), 'redemption not published'],
    [outcome && !row?.outcome, 'outcome not in audit'],
    [outcome && !facts.has(`OutcomeRecorded ${actionId}`), 'outcome not published'],
  ] as const;
  return missing.flatMap(([is, what]) => (is ? [`${actionId}: ${what}`] : []));
}

/** `audit` tells an allowed action from one that people approved. */
const isStatus = (audited: string, told: string): boolean =>
  audited === told || (audited === 'not_required' && told === 'approved');

function lostVotes(actions: readonly LedgerAction[], late: readonly PublicEvent[], inAudit: Counts): string[] {
  const published = new Set(late.flatMap(({ name, voteId }) => (name === 'VoteRecorded' && voteId ? [voteId] : [])));
  const missing = (id: string): string[] => [
    ...(published.has(id) ? [] : ['not published']),
    ...(inAudit.has(id) ? [] : ['not in votes']),
  ];
  return actions.flatMap(({ actionId, kind, votes }) =>
    votes.flatMap(({ voteId, subject, vote }) =>
      missing(voteId).map((where) => `${actionId} (${kind}): ${vote} of ${subject}: ${where}`),
    ),
  );
}

/** Both readers must have seen the same records: nothing appears or vanishes afterwards. */
function unseen({ late, concurrent }: Evidence): string[] {
  const [early, now] = [concurrent, late].map((events) => new Map(events.map(({ at, id }) => [at, id])));
  const missed = [...now!]
    .filter(([at, id]) => early!.get(at) !== id)
    .map(([at]) => `${at}: the concurrent reader missed it`);
  return [
    ...missed,
    ...[...early!.keys()].filter((at) => !now!.has(at)).map((at) => `${at}: gone for the late reader`),
  ];
}

function duplicated({ actions, late, audit }: Evidence, facts: Counts): string[] {
  const single = [...facts]
    .filter(([key, times]) => times > 1 && SINGLE.includes(key.split(' ')[0]!))
    .map(([key, times]) => `${key}: ${times} times`);
  const twice = actions
    .filter(({ redeemed }) => redeemed.length > 1)
    .map(({ actionId, redeemed }) => `${actionId}: ${redeemed.length} redemptions were told ok`);
  return [
    ...single,
    ...twice,
    ...doubled(count(late.map(({ id }) => id)), 'ce_id'),
    ...doubled(count(audit.map((row) => row.action_id)), 'audit row'),
  ];
}

/** A redemption needs what the ledger itself saw: enough distinct approvals, and no deny that ended the request. */
function unauthorized(
  { actionId, kind, votes, redeemed, wrongs, status }: LedgerAction,
  late: readonly PublicEvent[],
): string[] {
  const approvals = new Set(votes.filter(({ vote }) => vote === 'approve').map(({ subject }) => subject)).size;
  const isShort = redeemed.length > 0 && (approvals < APPROVALS[kind] || status !== 'approved');
  const isUngranted = redeemed.length > 0 && !grantsOf(late).has(actionId);
  return [
    ...wrongs.filter((wrong) => wrong.startsWith('UNAUTHORIZED')).map((wrong) => `${actionId}: ${wrong}`),
    ...(isShort ? [`${actionId}: redeemed with ${approvals} of ${APPROVALS[kind]} approvals while ${status}`] : []),
    ...(isUngranted ? [`${actionId}: redeemed without a published grant`] : []),
  ];
}

const grants = new WeakMap<readonly PublicEvent[], Set<string>>();

function grantsOf(late: readonly PublicEvent[]): Set<string> {
  const known =
    grants.get(late) ?? new Set(late.filter(({ name }) => name === 'GrantIssued').map(({ actionId }) => actionId));
  grants.set(late, known);
  return known;
}
