import type { Judge } from '../judge/judge.js';
import { requestsOf } from '../judge/requested.js';
import type { Claim, EvidenceClaims } from './evidence-claims.js';
import type { EvidenceStore } from './evidence-store.js';

/** An upload is over by then, milliseconds. */
const SETTLED_AFTER_MS = 3_600_000;

export interface SweepOptions {
  readonly judge: Pick<Judge, 'partitions' | 'ready' | 'catchUp'>;
  readonly store: Pick<EvidenceStore, 'drop'>;
  readonly claims: EvidenceClaims;
}

/**
 * Deletes bytes that the log does not name: their upload was refused, or a crash cut it off. Where the action is forgotten
 * meanwhile nobody can tell, and they stay.
 * @param nowMs UTC epoch milliseconds
 * @returns how many files were deleted
 */
export async function sweepEvidence({ judge, store, claims }: SweepOptions, nowMs: number): Promise<number> {
  const old = await claims.madeBefore(nowMs - SETTLED_AFTER_MS);
  if (old.length === 0 || !judge.ready()) return 0;
  await judge.catchUp();
  let dropped = 0;
  for (const { claim, atMs } of old) {
    if (isOrphan(judge, claim) && (await store.drop(claim.tenant, claim.sha256, atMs))) dropped += 1;
    await claims.settle(claim);
  }
  return dropped;
}

function isOrphan({ partitions }: Pick<Judge, 'partitions'>, claim: Claim): boolean {
  const isRemembered = partitions.some(({ actions }) => actions.has(claim.action_id));
  return (
    isRemembered && !partitions.some(({ actions }) => [...actions.values()].some((action) => names(action, claim)))
  );
}

/** The same bytes may be evidence of another action of the tenant. */
const names = (action: Parameters<typeof requestsOf>[0], { tenant, sha256 }: Claim): boolean =>
  action.decided.tenant === tenant &&
  requestsOf(action).some(({ request }) => request.attachments.some((one) => one.sha256 === sha256));
