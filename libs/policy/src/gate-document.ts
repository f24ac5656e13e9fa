import { z } from 'zod';
import { ENVIRONMENTS } from '@countersign/canonical';
import { condition, duration, name, pointer } from './words.js';

const MINUTE_S = 60;
const DAY_S = 86_400;

const MAX_PEOPLE = 20;
const MAX_BATCH = 50;

const roles = z.array(z.string().min(1).max(64)).max(MAX_PEOPLE);
const people = z.array(z.string().min(1).max(256)).max(100).default([]);
const count = z.int().min(1).max(MAX_PEOPLE);

/** A grant of an emergency is short. */
const GLASS_S = { min: 60, max: 3_600 };

const quorum = z.strictObject({
  name: name.describe('Name that reviewers see, such as `legal`.'),
  count: count.describe('How many distinct people.'),
  roles: roles.default([]).describe('They need one of these roles. Without roles and people: those of the gate.'),
  people: people.describe('Named people who count although they have none of the roles.'),
});
const quorums = z.array(quorum).max(8).default([]);

const isRising = (shares: readonly number[]): boolean =>
  shares.every((one, at) => at === 0 || one > (shares[at - 1] ?? 0));

const sla = z.strictObject({
  respond: duration.describe('From opening to the time by which somebody should have answered.'),
  expire: duration.describe('From submission to the time at which the request ends unanswered.'),
  remind: z
    .array(z.number().gt(0).max(1))
    .max(5)
    .refine(isRising, 'expected shares that rise, such as [0.5, 0.9]')
    .optional()
    .describe('Shares of `respond` at which those who are asked are reminded. Default [0.5, 0.9].'),
  escalate: duration
    .optional()
    .describe('From opening to the time at which a request without an answer is escalated. Default `respond`.'),
  escalate_to: roles.default([]).describe('Roles that may vote once the request is escalated.'),
  calendar: name
    .optional()
    .describe(
      'A calendar of the policy: `respond`, reminders and `escalate` then count working hours only, and never beyond `expire`.',
    ),
});

const audit = z.strictObject({
  sample: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Probability, 0 to 1, of a random audit of what this gate was asked for; instead of the policy's own."),
  review: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('Probability, above 0 to 1, that an approval is reviewed again blindly.'),
  hash: z
    .never(
      'expected no `hash` here: fields are hashed before a gate is known, so the action type names them in `sensitive`',
    )
    .optional()
    .describe('Refused: fields to hash are named by `sensitive` of the action type.'),
});

/** Who must say yes, by when, and what follows. */
export const gate = z.strictObject({
  pattern: z
    .enum(['threshold', 'dry-run', 'hold-before-send', 'exception-only', 'environment'])
    .default('threshold')
    .describe('dry-run refuses an action without a diff; hold-before-send keeps what was approved until its release.'),
  diff: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe('With dry-run: `required` denies an action that states no `before` and `after`.'),
  exceptions: z
    .array(condition)
    .max(20)
    .default([])
    .describe('With exception-only: a rule with this gate allows unless one of these is true or cannot be told.'),
  environments: z
    .array(z.enum(ENVIRONMENTS))
    .max(3)
    .default([])
    .describe('With environment: a rule with this gate allows outside of these.'),
  quorum: count.optional().describe('Distinct people who must approve. Instead of thresholds and factors.'),
  thresholds: quorums.describe('Any one of them suffices.'),
  factors: quorums.describe('All of them, by distinct people.'),
  stages: quorums.describe('All of them, in this order, by distinct people. Alone, instead of the three above.'),
  deny_quorum: count.default(1).describe('Counted denials that end the request.'),
  roles: roles.default([]).describe('A voter needs one of these roles.'),
  people: people.describe('Named people who may vote although they have none of the roles.'),
  exclude: people.describe('Who may not vote besides agent, operator and beneficiary: `editor`, or a subject.'),
  permit: z
    .array(z.enum(['operator']))
    .max(1)
    .default([])
    .describe('Exceptions from separation of duties: `operator` may vote all the same, and each such vote says so.'),
  reason: z.enum(['never', 'deny', 'always']).default('never').describe('Which votes need a reason.'),
  reason_min_length: z.int().min(1).max(1_000).default(1).describe('Least characters of a reason.'),
  reason_presets: z
    .array(z.string().trim().min(1).max(200))
    .max(MAX_PEOPLE)
    .default([])
    .describe('Reasons that reviewers are offered to choose from; their own words are as good.'),
  reason_fast: duration.optional().describe('A vote sooner than this after the packet was shown needs a reason.'),
  dwell: duration
    .refine((seconds) => seconds <= DAY_S, 'expected at most 24h')
    .optional()
    .describe('An approval sooner than this after the packet was shown to that person is refused, at most 24h.'),
  dwell_per_kb: duration
    .refine((seconds) => seconds <= DAY_S, 'expected at most 24h')
    .optional()
    .describe('Added to `dwell` for each KiB of parameters, before and after, rounded up; at most 24h in all.'),
  evidence: z
    .array(name)
    .max(MAX_PEOPLE)
    .default([])
    .describe('Kinds of attachment that must be there, such as `invoice`.'),
  hold: z.boolean().optional().describe('Approved actions wait for release. Default: with hold-before-send only.'),
  sla: sla.optional().describe('Default 1h and 24h where the impact is high, else 24h and 72h.'),
  assign: z
    .enum(['pool', 'rotate'])
    .default('pool')
    .describe('pool: whoever is eligible takes a request; rotate: it is assigned in turn.'),
  claim: duration
    .refine((seconds) => seconds >= MINUTE_S && seconds <= DAY_S, 'expected a claim from 1m to 24h')
    .optional()
    .describe('How long a claim lasts, 1m to 24h. Default 15m.'),
  token: z
    .strictObject({
      ttl: duration.optional().describe('Life of the grant from approval, 1m to 7d. Default 24h.'),
      audience: z.string().min(1).max(256).optional().describe('The only executors that may redeem it.'),
    })
    .default({})
    .describe('The grant that an approval gives, and its tokens.'),
  batch: z
    .strictObject({
      fields: z.array(pointer).min(1).max(MAX_PEOPLE).describe('Equal values of these make a batch.'),
      max: z.int().min(1).max(MAX_BATCH).default(50).describe('Most requests that are decided together, 1 to 50.'),
    })
    .optional()
    .describe('Requests that may be decided together.'),
  break_glass: z
    .strictObject({
      ttl: duration
        .refine((seconds) => seconds >= GLASS_S.min && seconds <= GLASS_S.max, 'expected a life from 1m to 1h')
        .describe('Life of the grant, 1m to 1h.'),
    })
    .optional()
    .describe('In an emergency one person of the role `break_glass` lets an action go. Without it nobody can.'),
  audit: audit.default({}).describe('Audits of what people approved under this gate.'),
});

export type GateDeclaration = z.infer<typeof gate>;
export type QuorumDeclaration = z.infer<typeof quorum>;
