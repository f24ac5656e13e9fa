import { z } from 'zod';
import { jsonValue } from './validate.js';

const MAX_WAIT_MS = 60_000;
const id = z.string().min(1).max(300);

/** Query of `GET /internal/actions/{action_id}`. */
export const ReadQuery = z.object({
  tenant: id,
  agent_id: id.optional(),
  wait_ms: z.coerce.number().int().min(0).max(MAX_WAIT_MS).default(0),
  for: z.enum(['decision', 'terminal', 'change']).default('terminal'),
  /** With `for=change`: the version of the document that the caller has. */
  seen: z.string().max(100).optional(),
  token: z.string().optional(),
  blind: z.literal('1').optional(),
});
export type ReadQuery = z.infer<typeof ReadQuery>;

/** Query of `GET /internal/actions`. */
export const ListQuery = z.object({
  tenant: id,
  agent_id: id.optional(),
  run_id: z.string().optional(),
  idempotency_key: z.string().optional(),
  status: z.string().optional(),
  blind: z.literal('1').optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional(),
});

export const CancelBody = z.strictObject({
  tenant: id,
  agent_id: id,
  client_request_id: id,
  reason: z.string().nullish(),
});

export const OutcomeBody = z.strictObject({
  tenant: id,
  reported_by: id,
  by_executor: z.boolean().default(false),
  client_request_id: id,
  body_hash: id,
  status: z.enum(['executed', 'failed', 'rolled_back']),
  result: jsonValue.nullish(),
  post_checks: jsonValue.nullish(),
  occurred_at: z.number().int().nullish(),
});
