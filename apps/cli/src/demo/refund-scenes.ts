import type { Cast } from './cast.js';
import { refund } from './proposals.js';
import { execute, policyOf, proposeAs, voteAs, type Row } from './steps.js';

const EXECUTOR = 'payments-executor';
const paid = (txId: string) => ({ status: 'processed', tx_id: txId });

/** Small and sure: policy lets it run, and it still runs on a token. */
export async function smallRefund(cast: Cast): Promise<Row> {
  const runId = cast.runId('refund-40');
  const proposal = refund({ runId, dollars: '40.00', confidence: 0.97, rationale: 'Torn strap, photo attached.' });
  const action = await proposeAs(cast, proposal);
  await execute(cast, EXECUTOR, proposal, paid('tx-40'));
  const ok = action.decision?.effective_decision === 'allow';
  return { what: 'refund of $40', policy: policyOf(action), people: '–', result: 'executed', ok };
}

export async function mediumRefund(cast: Cast): Promise<Row> {
  const runId = cast.runId('refund-450');
  const proposal = refund({ runId, dollars: '450.00', confidence: 0.88, rationale: 'Returned in the original box.' });
  const action = await proposeAs(cast, proposal);
  await voteAs(cast, 'bob', action, { vote: 'approve', reason: 'return scanned at the depot' });
  await execute(cast, EXECUTOR, proposal, paid('tx-450'));
  const ok = action.request?.approvals.required === 1;
  return { what: 'refund of $450', policy: policyOf(action), people: 'bob', result: 'executed', ok };
}

export const LARGE_REFUND = 'refund-6000';

/** Two different people; after the first approval nothing is released yet. */
export async function largeRefund(cast: Cast): Promise<Row> {
  const runId = cast.runId(LARGE_REFUND);
  const rationale = 'Parcel lost, carrier confirmed.';
  const proposal = refund({ runId, dollars: '6000.00', confidence: 0.91, rationale });
  const action = await proposeAs(cast, proposal);
  await voteAs(cast, 'ann', action, { vote: 'approve', reason: 'carrier confirmed the loss' });
  const between = await proposeAs(cast, proposal);
  await voteAs(cast, 'cat', action, { vote: 'approve', reason: 'verified receipt' });
  await execute(cast, EXECUTOR, proposal, paid('tx-7890'));
  const ok = action.request?.approvals.required === 2 && between.status === 'pending' && between.grant === null;
  return { what: 'refund of $6,000', policy: policyOf(action), people: 'ann, cat', result: 'executed', ok };
}

/** Staging bypasses the gate; the token is for staging only. */
export async function stagingRefund(cast: Cast): Promise<Row> {
  const runId = cast.runId('staging');
  const rationale = 'Rehearsal of the large refund.';
  const proposal = refund({ runId, dollars: '6000.00', confidence: 0.91, rationale, environment: 'staging' });
  const action = await proposeAs(cast, proposal);
  await execute(cast, EXECUTOR, proposal, paid('tx-staging'));
  const ok = action.decision?.bypass === 'staging' && action.decision.policy_decision === 'require_approval';
  return { what: 'refund of $6,000 in staging', policy: policyOf(action), people: '–', result: 'executed', ok };
}
