import { CountersignError, derivedId, problemOf } from '@countersign/canonical';
import type { Json } from '@countersign/approval';
import type { Problem } from '@countersign/canonical';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import { validate } from './validate.js';
import type { Votes } from './votes.js';

const MAX_ITEMS = 100;
const Item = z.looseObject({ request_id: z.string().min(1).max(300) });
const Batch = z.strictObject({ batch: z.string().min(1).max(300).nullish(), votes: z.array(Item) });
export const BatchBody = z.union([z.array(Item), Batch]);

interface ItemResult {
  readonly index: number;
  readonly request_id: string;
  readonly status: number;
  readonly vote_id?: string;
  readonly request?: Json;
  readonly problem?: Problem;
}

interface BatchAnswer {
  readonly batch_id: string;
  readonly aggregate: string;
  readonly items: readonly ItemResult[];
}

/**
 * `{ batch, votes: [..] }` or a bare array. Each item is one vote with its own answer, under a key derived from the
 * call's. Whoever approves has opened each request, or names the batch whose rows they have read.
 */
export async function castBatch(votes: Votes, reviewer: Reviewer, body: unknown, key: string): Promise<BatchAnswer> {
  const call = validate(BatchBody, body);
  const items = itemsOf(call);
  const batch_id = derivedId('vote', 'batch', reviewer.issuer, reviewer.subject, key);
  const batch_approvals = items.filter((item) => item['vote'] !== 'deny').length;
  const batch = { batch_id, batch: Array.isArray(call) ? null : (call.batch ?? null), batch_approvals };
  const cast = async ({ request_id, ...vote }: z.infer<typeof Item>, index: number): Promise<ItemResult> => {
    try {
      const ballot = { request_id, reviewer, key: `${key}/${request_id}`, body: vote, batch };
      const { repeated: _, ...voted } = await votes.cast(ballot);
      return { index, request_id, status: 201, ...voted };
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const problem = problemOf(error);
      return { index, request_id, status: problem.status, problem };
    }
  };
  const results = await Promise.all(items.map(cast));
  return { batch_id, aggregate: aggregateOf(items, results), items: results };
}

function itemsOf(body: z.infer<typeof BatchBody>): z.infer<typeof Item>[] {
  const items = Array.isArray(body) ? body : body.votes;
  if (items.length >= 1 && items.length <= MAX_ITEMS) return items;
  throw new CountersignError('invalid_request', `a batch has 1 to ${MAX_ITEMS} votes`, { pointer: '/votes' });
}

/** `approved` or `denied` when every vote was accepted and said so, else `partial`. */
function aggregateOf(items: readonly z.infer<typeof Item>[], results: readonly ItemResult[]): string {
  if (results.some(({ status }) => status !== 201)) return 'partial';
  const denials = items.filter((item) => item['vote'] === 'deny').length;
  if (denials === 0) return 'approved';
  return denials === items.length ? 'denied' : 'partial';
}
