import { z } from 'zod';
import { answerOf } from './openapi.js';

const instant = z.iso.datetime();
const json = z.unknown();

const item = {
  ...{ request_id: z.string(), kind: z.enum(['approval', 'advisory', 'audit']), status: z.string(), gate: z.string() },
  ...{ action_id: z.string(), run_id: z.string(), agent_id: z.string(), action_type: z.string() },
  ...{ environment: z.string(), roles: z.array(z.string()) },
  ...{ opened_at: instant, respond_by: instant, expires_at: instant, submitted_at: instant },
  approvals: z.looseObject({ required: z.int(), given: z.int() }),
  evidence: z.looseObject({ required: z.array(z.string()), missing: z.array(z.string()) }).optional(),
  you: z.looseObject({ eligible: z.boolean(), rule: z.string().nullable(), can_vote: z.boolean() }),
};
const Request = z.looseObject(item);

const Attachment = z.looseObject({
  ...{ attachment_id: z.string(), kind: z.string(), name: z.string(), media_type: z.string() },
  ...{ size_bytes: z.int(), sha256: z.string() },
  attached_by: z.looseObject({ issuer: z.string().nullable(), subject: z.string(), role: z.string() }),
});

export const REQUEST_ANSWER = answerOf(
  z.looseObject({ ...item, packet: z.record(z.string(), json), packet_digest: z.string() }),
);
export const REQUESTS_ANSWER = answerOf(z.looseObject({ items: z.array(Request), next_cursor: z.string().nullable() }));
const row = { request_id: z.string(), action_id: z.string(), respond_by: instant };
const outlier = z.looseObject({ ...row, outliers: z.array(z.strictObject({ reason: z.string(), at: z.string() })) });
const batch = {
  ...{ batch: z.string(), gate: z.string(), action_type: z.string(), environment: z.string(), count: z.int() },
  sum: z.strictObject({ value: z.string(), currency: z.string() }).nullable(),
  ...{ common: z.record(z.string(), json), outliers: z.array(outlier), respond_by: instant },
};
export const BATCHES_ANSWER = answerOf(z.looseObject({ items: z.array(z.looseObject(batch)) }));
export const BATCH_ANSWER = answerOf(
  z.looseObject({
    ...batch,
    items: z.array(z.looseObject({ ...row, packet_digest: z.string(), differs: z.record(z.string(), json) })),
  }),
);
export const VOTE_ANSWER = answerOf(z.looseObject({ vote_id: z.string(), request: Request }));
export const ATTACHED_ANSWER = answerOf(z.looseObject({ attachment: Attachment, request: Request }));
export const REDEEM_ANSWER = answerOf(
  z.looseObject({
    ...{ result: z.literal('ok'), grant_id: z.string(), action_id: z.string(), executor: z.string() },
    ...{ redeemed_at: instant, repeated: z.boolean() },
  }),
);
