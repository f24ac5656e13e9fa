import {
  digestOfAction,
  factsOf,
  propose,
  redeem,
  reportOutcome,
  waitForDecision,
  type ActionDocument,
  type Client,
  type Proposal,
} from '@countersign/sdk';
import type { Person } from '../shared/callers.js';
import { proposalOf, resultOf } from './proposal.js';
import { keyOf, labelOf, type RecordedAction } from './records.js';
import { decideRequest, type SignedIn } from './reviewers.js';

const LONGEST_MS = 60_000;

/** Whom a replay acts through. */
export interface Stage {
  tenant: string;
  agent: Client;
  executor: Client;
  labeller: Person;
  signedIn: SignedIn;
  /** Subjects to ask, most rested first. */
  peopleFor(roles: readonly string[], turn: number): string[];
  /** Ids of actions that have a label already. */
  labelled: ReadonlySet<string>;
}

export interface Replayed {
  /** True when nothing was added: an earlier replay did all of it. */
  known: boolean;
  /** True when it was allowed or approved and its result is recorded, so that it has an outcome. */
  ran: boolean;
  /** True when it waits for nobody. */
  ended: boolean;
}

type Executed = RecordedAction & { result: NonNullable<RecordedAction['result']> };
const isExecuted = (record: RecordedAction): record is Executed => !!record.result;

async function run(stage: Stage, record: Executed, proposal: Proposal, action: ActionDocument): Promise<void> {
  const key = keyOf(record);
  const { token, status } = action.grant ?? {};
  if (status === 'issued' && token) {
    const facts = factsOf(stage.tenant, proposal, proposal.parameters);
    const action_digest = digestOfAction(facts);
    const environment = proposal.environment;
    await redeem(stage.executor, { token, action_digest, environment, preconditions: null, request_id: key });
  }
  const report = { status: record.result.status, result: resultOf(record) };
  await reportOutcome(stage.agent, action.action_id, report, `${key}/outcome`);
}

async function label(stage: Stage, actionId: string, record: RecordedAction): Promise<boolean> {
  const name = labelOf(record);
  if (name === null || stage.labelled.has(actionId)) return false;
  const path = `/v1/actions/${encodeURIComponent(actionId)}/labels`;
  const body = { label: name, source: 'replay', observed_at: new Date().toISOString(), note: null };
  const headers = { 'idempotency-key': `${keyOf(record)}/label` };
  await stage.labeller.intake.send({ method: 'POST', path, headers, body });
  return true;
}

/** Lets people decide what the recording knows the truth of; without it the action waits as it is. */
async function settle(
  stage: Stage,
  { matches_expected }: RecordedAction,
  decided: ActionDocument,
  turn: number,
): Promise<ActionDocument> {
  if (decided.status === 'pending') {
    if (typeof matches_expected !== 'boolean') return decided;
    const people = stage.peopleFor(decided.request?.roles ?? [], turn);
    await decideRequest(decided, matches_expected, people, stage.signedIn);
  }
  return waitForDecision(stage.agent, decided.action_id, { timeoutMs: LONGEST_MS });
}

/** Proposes, decides, executes and labels one recorded action; what an earlier replay did is not done again. */
export async function replayAction(stage: Stage, record: RecordedAction, turn: number): Promise<Replayed> {
  const proposal = proposalOf(record);
  const proposed = await propose(stage.agent, proposal, keyOf(record));
  const { action_id } = proposed.action;
  const decided = await waitForDecision(stage.agent, action_id, { timeoutMs: LONGEST_MS, for: 'decision' });
  const action = await settle(stage, record, decided, turn);
  const ran = action.status === 'approved' && isExecuted(record);
  const runsNow = ran && action.outcome === null;
  if (runsNow) await run(stage, record, proposal, action);
  const labelled = await label(stage, action_id, record);
  const isVoted = decided.status === 'pending' && action.status !== 'pending';
  return { ran, ended: action.status !== 'pending', known: proposed.replayed && !isVoted && !runsNow && !labelled };
}
