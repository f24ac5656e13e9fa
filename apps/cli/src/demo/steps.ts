import {
  digestOfAction,
  factsOf,
  propose,
  readAction,
  redeem,
  reportOutcome,
  verifyToken,
  waitForDecision,
  type ActionDocument,
  type ActionFacts,
  type JsonObject,
  type Proposal,
  type Redemption,
} from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import { castVote, type Ballot } from '../shared/vote.js';
import { TENANT, type Cast } from './cast.js';

/** One line of the table. */
export interface Row {
  what: string;
  /** Rule and gate, or why policy let it run. */
  policy: string;
  /** Who voted. */
  people: string;
  result: string;
  /** What was wanted came true. */
  ok: boolean;
}

export const factsOfProposal = (proposal: Proposal): ActionFacts => factsOf(TENANT, proposal, proposal.parameters);

/** Proposes under the run id as key and waits until policy has spoken. */
export async function proposeAs(cast: Cast, proposal: Proposal): Promise<ActionDocument> {
  const agent = cast.agent(proposal.agent.id);
  const { action } = await propose(agent, proposal, proposal.run_id);
  return waitForDecision(agent, action.action_id, { timeoutMs: 30_000, for: 'decision' });
}

export async function voteAs(cast: Cast, subject: string, action: ActionDocument, ballot: Ballot): Promise<void> {
  if (action.request === null) throw new Error(`No request was opened for ${action.action_id}.`);
  await castVote(await cast.person(subject), action.request.request_id, ballot);
}

/** The action once it has ended, as its agent sees it: with a fresh token when it was approved. */
export function settled(cast: Cast, proposal: Proposal, actionId: string): Promise<ActionDocument> {
  return waitForDecision(cast.agent(proposal.agent.id), actionId, { timeoutMs: 60_000 });
}

/** A fresh token of an approved action. @throws Error when there is none */
export async function tokenOf(cast: Cast, proposal: Proposal, actionId: string): Promise<string> {
  const token = (await readAction(cast.agent(proposal.agent.id), actionId)).grant?.token;
  if (!token) throw new Error(`There is no token for ${actionId}.`);
  return token;
}

/** The executor's door: verify offline against what is about to run, then redeem; only then the effect. */
export async function redeemAs(cast: Cast, executor: string, token: string, facts: ActionFacts): Promise<Redemption> {
  await verifyToken(token, facts, await cast.verification());
  return redeem(cast.executor(executor), {
    token,
    action_digest: digestOfAction(facts),
    environment: facts.environment,
    preconditions: facts.preconditions ?? null,
    request_id: randomUUID(),
  });
}

/** What an approval releases: the parameters as proposed, or as reviewers changed them. */
export const releasedBy = (proposal: Proposal, action: ActionDocument): ActionFacts =>
  factsOf(TENANT, proposal, action.effective?.parameters ?? proposal.parameters);

/** Waits for the approval, lets the executor run what it releases, and reports what came of it. */
export async function execute(
  cast: Cast,
  executor: string,
  proposal: Proposal,
  result: JsonObject,
): Promise<ActionDocument> {
  const agent = cast.agent(proposal.agent.id);
  const proposed = await propose(agent, proposal, proposal.run_id);
  const action = await settled(cast, proposal, proposed.action.action_id);
  if (action.status !== 'approved') throw new Error(`${action.action_id} is ${action.status}.`);
  const token = await tokenOf(cast, proposal, action.action_id);
  await redeemAs(cast, executor, token, releasedBy(proposal, action));
  const report = { status: 'executed', result, occurred_at: new Date().toISOString() } as const;
  const reported = await reportOutcome(agent, action.action_id, report);
  cast.executed.push(proposal.run_id);
  return reported;
}

/** What policy said, in a few words: the gate with its rule, or why the action may run by itself. */
export function policyOf({ decision }: ActionDocument): string {
  if (decision === null) return 'not decided';
  const { effective_decision, rule, gate, bypass } = decision;
  if (bypass !== null) return `bypassed: ${rule}`;
  return effective_decision === 'require_approval' ? `${gate}: ${rule}` : `${effective_decision}: ${rule}`;
}
