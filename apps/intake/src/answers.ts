import { z } from 'zod';
import { ENVIRONMENTS } from '@countersign/canonical';
import { answerOf } from '@countersign/service';

const instant = z.iso.datetime();
const json = z.unknown();
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const ActionAnswer = z.looseObject({
  action_id: z.string(),
  run_id: z.string(),
  agent_id: z.string(),
  action_type: z.string(),
  environment: z.enum(ENVIRONMENTS),
  status: z.enum(['deciding', 'pending', 'approved', 'denied', 'expired', 'cancelled']),
  digest,
  submitted_at: instant,
  decision: z
    .looseObject({
      ...{ decision_id: z.string(), policy_decision: z.string(), effective_decision: z.string() },
      ...{ policy: z.looseObject({ name: z.string(), version: z.int() }), rule: z.string().nullable() },
      ...{ gate: z.string().nullable(), unknown: z.array(z.string()), explanation: json },
    })
    .nullable(),
  request: z
    .looseObject({
      ...{ request_id: z.string(), kind: z.enum(['approval', 'advisory']), status: z.string() },
      ...{ gate: z.string(), roles: z.array(z.string()), opened_at: instant, respond_by: instant, expires_at: instant },
      approvals: z.looseObject({ required: z.int(), given: z.int() }),
      evidence: z.looseObject({ required: z.array(z.string()), missing: z.array(z.string()) }).optional(),
    })
    .nullable(),
  effective: z.looseObject({ parameters: json, digest, changed: z.boolean(), diff: z.array(json) }),
  resolution: z
    .looseObject({
      ...{ status: z.string(), resolved_by: z.string(), reason_code: z.string(), message: z.string() },
      ...{ retry: z.string(), resolved_at: instant },
    })
    .nullable(),
  grant: z
    .looseObject({
      ...{ grant_id: z.string(), status: z.enum(['issued', 'consumed', 'revoked', 'lapsed']), expires_at: instant },
      ...{ token: z.string().nullable(), token_expires_at: instant.nullable() },
    })
    .nullable(),
  outcome: z.looseObject({ status: z.enum(['executed', 'failed', 'rolled_back']), result: json }).nullable(),
});

const Attachment = z.looseObject({
  ...{ attachment_id: z.string(), kind: z.string(), name: z.string(), media_type: z.string() },
  ...{ size_bytes: z.int(), sha256: digest, attached_by: z.looseObject({ subject: z.string(), role: z.string() }) },
});

export const ATTACHED_ANSWER = answerOf(z.looseObject({ attachment: Attachment, action: ActionAnswer }));
/** The action document. */
export const ACTION_ANSWER = answerOf(ActionAnswer);
export const ACTIONS_ANSWER = answerOf(
  z.looseObject({ items: z.array(ActionAnswer), next_cursor: z.string().nullable() }),
);
export const BATCH_ANSWER = answerOf(
  z.looseObject({ items: z.array(z.looseObject({ index: z.int(), status: z.int() })) }),
);
