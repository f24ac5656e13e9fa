import {
  digestOfAction,
  redeem,
  reportOutcome,
  SdkError,
  waitForDecision,
  type ActionDocument,
  type Client,
  type JsonObject,
} from '@countersign/sdk';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GithubApi } from './github-api.js';
import { ruleEventOf, type RuleEvent } from './rule-event.js';
import { isProposalOf, ruleFacts, type RuleOptions } from './rule-proposal.js';
import { reviewOf } from './verdict.js';

export interface Following {
  client: Client;
  github: GithubApi;
  options: RuleOptions;
  stopped: AbortSignal;
  /** A constant message and its fields. */
  log: (message: string, fields: Record<string, unknown>) => void;
}

const WAIT_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const RETRIED = new Set(['unreachable', 'overloaded', 'unknown_outcome', 'rate_limited', 'bad_answer']);

const isWaiting = ({ status, held }: ActionDocument): boolean =>
  status === 'deciding' || status === 'pending' || held === true;

/** The event that an action was proposed for; null for an action of another origin, whatever its parameters say. */
export function eventOf(action: ActionDocument, options: RuleOptions): RuleEvent | null {
  const event = storedEvent(action);
  return event !== null && isProposalOf(action, event, options) ? event : null;
}

function storedEvent({ effective }: ActionDocument): RuleEvent | null {
  const stored = effective?.parameters as Partial<Record<keyof RuleEvent, never>> | undefined;
  if (stored === undefined) return null;
  const { repository, environment, deployment_id, sha, ref, event, pull_requests, installation_id, callback_url } =
    stored;
  return ruleEventOf({
    ...{ repository: { full_name: repository ?? null }, environment: environment ?? null, event: event ?? null },
    deployment: { id: deployment_id ?? null, sha: sha ?? null, ref: ref ?? null },
    pull_requests: ((pull_requests ?? []) as number[]).map((number) => ({ number })),
    installation: { id: installation_id ?? null },
    deployment_callback_url: callback_url ?? null,
  } as JsonObject);
}

/** Consumes the approval once. @returns false when it may not be used; @throws SdkError when nobody can tell now */
async function consume({ client, options }: Following, action: ActionDocument, event: RuleEvent): Promise<boolean> {
  const { status, grant, effective, action_id } = action;
  if (status !== 'approved' || effective?.changed === true) return false;
  // This receiver or one before it consumed it, and its answer may not have arrived.
  if (grant?.status === 'consumed') return true;
  if (grant?.status !== 'issued') return false;
  const facts = ruleFacts(event, options);
  const request = { action_digest: digestOfAction(facts), environment: facts.environment, preconditions: null };
  try {
    await redeem(client, { ...request, token: grant.token ?? '', request_id: `github-${action_id}` });
    return true;
  } catch (error) {
    if (error instanceof SdkError && !RETRIED.has(error.code)) return false;
    throw error;
  }
}

/** @returns whether the answer is out, or nobody waits for it */
async function answer(following: Following, action: ActionDocument, event: RuleEvent): Promise<boolean> {
  const { client, github, log } = following;
  const { action_id } = action;
  const passed = await consume(following, action, event);
  const review = reviewOf(action, passed, event.environment);
  const sent = await github.review(event, review);
  log('answered GitHub', { action_id, state: review.state, ...sent });
  if (sent.result === 'again') return false;
  if (passed) {
    const status = sent.result === 'sent' ? 'executed' : 'failed';
    await reportOutcome(client, action_id, { status, result: { review: review.state } }, `github-${action_id}`);
  }
  return true;
}

/** One step; true when the action needs nothing more. */
async function step(following: Following, actionId: string): Promise<boolean> {
  const action = await waitForDecision(following.client, actionId, { timeoutMs: WAIT_MS });
  if (following.stopped.aborted) return true;
  if (isWaiting(action)) return false;
  const event = eventOf(action, following.options);
  // An outcome is recorded after the answer only.
  return event === null || action.outcome !== null || (await answer(following, action, event));
}

/** Follows an action until GitHub has its answer, through outages of either side. Never throws. */
export async function follow(following: Following, actionId: string): Promise<void> {
  const { stopped, log } = following;
  for (let failures = 0; !stopped.aborted;) {
    const since = Date.now();
    const done = await step(following, actionId).catch((error: unknown) => {
      log('cannot go on yet', { action_id: actionId, code: error instanceof SdkError ? error.code : String(error) });
      return false;
    });
    if (done) return;
    // A wait that lasted was no failure.
    failures = Date.now() - since >= WAIT_MS ? 0 : failures + 1;
    const pause = failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    await sleep(pause, undefined, { signal: stopped }).catch(() => undefined);
  }
}
