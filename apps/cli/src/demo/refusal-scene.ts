import { digestOfAction, redeem, SdkError, verifyToken, type ActionFacts } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import type { Cast } from './cast.js';
import { refund } from './proposals.js';
import { execute, factsOfProposal, policyOf, proposeAs, tokenOf, type Row } from './steps.js';

const EXECUTOR = 'payments-executor';

/** The code of the refusal, or `accepted`. */
async function codeOf(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
    return 'accepted';
  } catch (error) {
    if (error instanceof SdkError) return error.code;
    throw error;
  }
}

function atTheDoor(cast: Cast, token: string, facts: ActionFacts): Promise<string> {
  const { environment, preconditions = null } = facts;
  const body = { token, action_digest: digestOfAction(facts), environment, preconditions, request_id: randomUUID() };
  return codeOf(() => redeem(cast.executor(EXECUTOR), body));
}

/** An executor without a token, with a changed amount, and with a token that was used. */
export async function refusals(cast: Cast): Promise<Row[]> {
  const runId = cast.runId('refusals');
  const proposal = refund({ runId, dollars: '60.00', confidence: 0.98, rationale: 'Wrong size, sent back.' });
  const action = await proposeAs(cast, proposal);
  const facts = factsOfProposal(proposal);
  const token = await tokenOf(cast, proposal, action.action_id);
  const changed = structuredClone(facts);
  changed.parameters['amount'] = { value: '6000.00', currency: 'USD' };
  const verification = await cast.verification();
  const offline = await codeOf(() => verifyToken(token, changed, verification));
  const codes = { none: await atTheDoor(cast, '', facts), changed: await atTheDoor(cast, token, changed) };
  await execute(cast, EXECUTOR, proposal, { status: 'processed', tx_id: 'tx-60' });
  const second = await atTheDoor(cast, token, facts);
  const row = (what: string, code: string, ok: boolean): Row => {
    return { what, policy: policyOf(action), people: '–', result: `refused: ${code}`, ok };
  };
  const agreed = offline === 'action_digest_mismatch' && codes.changed === offline;
  return [
    row('executor without a token', codes.none, codes.none !== 'accepted'),
    row('executor changes the amount', codes.changed, agreed),
    row('executor uses a token twice', second, second === 'already_consumed'),
  ];
}
