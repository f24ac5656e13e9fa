import type { Cast } from './cast.js';
import { refund } from './proposals.js';
import { execute, policyOf, proposeAs, settled, voteAs, type Row } from './steps.js';

const SHORT_PAUSE_MS = 50;
const LONGEST_OUTAGE_MS = 60_000;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Process id of the first approval instance, or null when it does not run on this machine. */
function approvalPid(pids: Record<string, number>): number | null {
  const name = Object.keys(pids)
    .sort()
    .find((known) => known.startsWith('approval'));
  return name === undefined ? null : (pids[name] ?? null);
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  return answer?.ok === true;
}

/** Milliseconds until approval is ready again after it went away. @throws Error after a minute */
async function outage(url: string, killedAt: number): Promise<number> {
  let wentAway = false;
  for (;;) {
    const ready = await isReady(url);
    const elapsed = Date.now() - killedAt;
    if (ready && (wentAway || elapsed > 2_000)) return elapsed;
    wentAway ||= !ready;
    if (elapsed > LONGEST_OUTAGE_MS) throw new Error('approval did not come back within a minute');
    await sleep(SHORT_PAUSE_MS);
  }
}

/** Approval is killed while an agent waits for a person; nothing is lost and the wait goes on. */
export async function killApproval(cast: Cast): Promise<Row> {
  const what = 'approval killed in between';
  const pid = approvalPid(cast.local.pids);
  if (pid === null) return { what, policy: '–', people: '–', result: 'left out: it runs elsewhere', ok: true };
  const runId = cast.runId('outage');
  const rationale = 'Never delivered, sender confirmed.';
  const proposal = refund({ runId, dollars: '450.00', confidence: 0.85, rationale });
  const action = await proposeAs(cast, proposal);
  const waiting = settled(cast, proposal, action.action_id);
  process.kill(pid, 'SIGKILL');
  const awayMs = await outage(cast.local.approval_urls[0] ?? cast.local.approval_url, Date.now());
  await voteAs(cast, 'cat', action, { vote: 'approve', reason: 'sender confirmed' });
  const ended = await waiting;
  await execute(cast, 'payments-executor', proposal, { status: 'processed', tx_id: 'tx-451' });
  const result = `executed, after ${(awayMs / 1000).toFixed(1)} s without it`;
  return { what, policy: policyOf(action), people: 'cat', result, ok: ended.status === 'approved' };
}
