import type { JsonValue } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { votingRoles } from './eligibility.js';
import { evidenceMissing, evidenceRequired } from './evidence.js';
import { approvalsOf, stagesOf } from './gate.js';
import type { Names } from './links.js';
import { patchDocument, patchOfVersion } from './patch.js';
import { proposalOf } from './proposal.js';
import { readJson, valueOf } from './read-json.js';
import type { Json, Read } from './read-json.js';
import { resolutionDocument } from './resolution.js';
import type { ActionState, GrantState, OutcomeState, RequestState } from './state.js';

/** A token minted for the proposing agent. */
export interface MintedToken {
  readonly token: string;
  /** UTC epoch milliseconds. */
  readonly expires_at: number;
}

/** RFC 3339 UTC with milliseconds. */
export const instant = (ms: number): string => new Date(ms).toISOString();

export type ActionStatus = 'deciding' | 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled';

/** Where the action stands, in the words of the API. */
export const statusOf = ({ resolution }: ActionState): ActionStatus => resolution?.status ?? 'pending';

/**
 * The action document of the API.
 * @param token shown in it when given; only the proposing agent may get one
 * @param read what of JSON texts stands in it: their values, unless it is only hashed
 */
export function actionDocument(action: ActionState, token: MintedToken | null = null, read: Read = valueOf): Json {
  const { decided, grant, outcome, request } = action;
  // Who proposed it never learns that the action is audited, however the document is asked for.
  return {
    ...heading({ ...decided, ...(action.names ?? NO_NAMES) }, statusOf(action)),
    decision: decisionDocument(action),
    request: request === null ? null : { ...requestDocument(request), votes: votesForAgent(request) },
    ...holdDocument(action),
    effective: effectiveDocument(action, read),
    resolution: resolutionDocument(action),
    grant: grant === null ? null : grantDocument(decided.grant_id, grant, token),
    outcome: outcome === null ? null : outcomeDocument(outcome, read),
  };
}

/** The document of an action that is known from `actions` and not decided yet. */
export function decidingDocument(action: ActionProposed): Json {
  const { digest, parameters } = action;
  return {
    ...heading(action, 'deciding'),
    ...{ decision: null, request: null, held: false, release_at: null },
    effective: { parameters: readJson(parameters, null), digest, changed: false, diff: [] },
    ...{ resolution: null, grant: null, outcome: null },
  };
}

type Heading = Pick<
  ActionProposed,
  'action_id' | 'run_id' | 'agent_id' | 'action_type' | 'environment' | 'digest' | 'submitted_at'
> &
  Names;
const NO_NAMES: Names = { supersedes: null, reverses: null };

const heading = (action: Heading, status: ActionStatus): Json => ({
  action_id: action.action_id,
  run_id: action.run_id,
  agent_id: action.agent_id,
  action_type: action.action_type,
  environment: action.environment,
  status,
  digest: action.digest,
  submitted_at: instant(action.submitted_at),
  // Who names it is known where all partitions are: `linksTo`.
  ...{ supersedes: action.supersedes, reverses: action.reverses, superseded_by: null, reversed_by: null },
});

function decisionDocument({ decided, decided_at }: ActionState): Json {
  const { decision_id, policy_decision, effective_decision, mode, bypass, rule, unknown } = decided;
  const { impact, reversibility, regulatory_pressure } = decided;
  return {
    ...{ decision_id, policy_decision, effective_decision, mode, bypass },
    policy: { name: decided.policy_name, version: decided.policy_version },
    rule,
    gate: decided.gate?.name ?? null,
    classification: { impact, reversibility, regulatory_pressure },
    unknown: [...unknown],
    explanation: readJson(decided.explanation, []),
    decided_at: instant(decided_at),
  };
}

/** What everyone may read of a request. */
export const requestDocument = (request: RequestState): Json => ({
  request_id: request.request_id,
  kind: request.kind,
  status: request.status,
  gate: request.gate.name,
  approvals: { ...approvalsOf(request) },
  ...stagesDocument(request),
  ...evidenceDocument(request),
  roles: [...votingRoles(request)],
  opened_at: instant(request.opened_at),
  respond_by: instant(request.respond_by),
  expires_at: instant(request.expires_at),
  paused: request.paused_at !== null,
});

/** The kinds of evidence that a gate demands, if it does, and which of them are not there. */
function evidenceDocument(request: RequestState): Json {
  const required = evidenceRequired(request);
  if (required.length === 0) return {};
  return { evidence: { required: [...required], missing: [...evidenceMissing(request)] } };
}

/** The stages of a gate that has some, in order, and whose turn it is. */
function stagesDocument(request: RequestState): Json {
  const stages = stagesOf(request);
  if (stages.length === 0) return {};
  return {
    stages: stages.map(({ stage: { name, roles, people }, required, given, open }) => ({
      ...{ name, required, given, roles: [...roles], people: [...people], open },
    })),
  };
}

/** Whether an approved action waits for its release, and until when if somebody named a time. */
export const holdDocument = ({ hold }: Pick<ActionState, 'hold'>): Json => ({
  held: hold?.status === 'held',
  release_at: hold === null || hold.release_at === null ? null : instant(hold.release_at),
});

const votesForAgent = ({ votes }: RequestState): JsonValue[] =>
  votes.map(({ vote, reason, voted_at, counted }) => ({ vote, reason, voted_at: instant(voted_at), counted }));

/** What an approval releases: the proposed version, or the one that reviewers made of it. */
export function effectiveDocument(action: ActionState, read: Read = valueOf): Json {
  const proposed = proposalOf(action).parameters;
  const last = action.versions.at(-1)?.edit;
  const digest = last?.digest ?? action.decided.digest;
  const changed = digest !== action.decided.digest;
  return {
    parameters: read(last?.parameters ?? proposed),
    digest,
    changed,
    ...patchDocument('diff', patchOfVersion(proposed, last)),
  };
}

const grantDocument = (grant_id: string, grant: GrantState, token: MintedToken | null): Json => ({
  grant_id,
  status: grant.status,
  issued_at: instant(grant.issued_at),
  expires_at: instant(grant.expires_at),
  redeemed_at: grant.redeemed_at === null ? null : instant(grant.redeemed_at),
  token: token?.token ?? null,
  token_expires_at: token === null ? null : instant(token.expires_at),
});

const outcomeDocument = (outcome: OutcomeState, read: Read): Json => ({
  status: outcome.status,
  result: read(outcome.result),
  post_checks: outcome.post_checks === null ? [] : read(outcome.post_checks),
  reported_by: outcome.reported_by,
  occurred_at: outcome.occurred_at === null ? null : instant(outcome.occurred_at),
  recorded_at: instant(outcome.recorded_at),
  outcome_without_redemption: outcome.outcome_without_redemption,
});
