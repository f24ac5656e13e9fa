import { z } from 'zod';
import type { JsonValue } from '@countersign/canonical';
import { NOTHING } from './case-action.js';

const json: z.ZodType<JsonValue> = z.json();
const pointer = z
  .string()
  .max(500)
  .regex(
    new RegExp(`^/(${Object.keys(NOTHING).join('|')})(/[^/]+)*$`),
    'expected a pointer into the action, such as /parameters/amount',
  );
const text = z.string().min(1).max(500);
const verdict = z.enum(['allow', 'require_approval', 'deny']);
const level = z.enum(['low', 'medium', 'high']).nullable();

/** What a case may want to see of a decision. What it does not name may be anything. */
const want = z
  .strictObject({
    policy: text.describe('The policy that spoke. Default: the policy of the table.'),
    decision: verdict.describe('What the rules say.'),
    effective: verdict.describe('What binds.'),
    mode: z
      .enum(['off', 'soft', 'shadow', 'partial', 'enforce'])
      .describe('The mode in which the policy met the action.'),
    bypass: text.nullable().describe('The environment whose bypass lifted the decision; null: none.'),
    rule: text.nullable().describe('The rule that decided; null: the matrix or the fallback.'),
    gate: text.nullable().describe('The gate that binds; null: none.'),
    pattern: text.describe("The gate's pattern."),
    quorum: z.int().describe('Distinct people who must approve at least.'),
    roles: z.array(text).describe("The gate's roles."),
    reason: z.enum(['never', 'deny', 'always']).describe('Which votes need a reason.'),
    people: z.array(text).describe('Named people who may vote although they have none of the roles.'),
    reason_min_length: z.int().describe('Least characters of a reason.'),
    hold: z.boolean().describe('What was approved waits for its release.'),
    evidence: z.array(text).describe('Kinds of attachment that must be there.'),
    min_dwell_s: z.int().nullable().describe('Seconds before which an approval is refused; null: none.'),
    review_rate: z.number().nullable().describe('Probability of a blind review of an approval; null: none.'),
    batch_fields: z.array(text).describe('Equal values of these make a batch.'),
    assign: text.describe('pool or rotate.'),
    grant_ttl_s: z.int().describe("Seconds of the grant's life from the approval."),
    token_audience: text.nullable().describe('The only executors that may redeem it; null: any.'),
    escalate_s: z.int().nullable().describe('Seconds from opening to the escalation; null: never.'),
    escalate_roles: z.array(text).describe('Roles that may vote once it is escalated.'),
    respond_s: z.int().describe('Seconds from opening to the time by which somebody should have answered.'),
    expire_s: z.int().describe('Seconds from submission to the end of the request.'),
    unknown: z.array(text).describe('Pointers of facts that were missing or not comparable.'),
    impact: level.describe('Where the action stands on the first axis; null: the policy does not classify.'),
    reversibility: z.enum(['low', 'high']).nullable().describe('Where it stands on the second axis.'),
    regulatory_pressure: level.describe('Where it stands on the third axis.'),
    cell: z
      .enum(['yes', 'maybe', 'no', 'undefined'])
      .nullable()
      .describe('What the matrix says where the action stands.'),
    explains: text.describe('The explanation of the rule that decided.'),
    advisory_gate: text.nullable().describe('Soft mode: the gate of the advisory request.'),
    audit_gate: text.nullable().describe('Sampled: the gate of the audit request.'),
    segment: text.nullable().describe('Why the action is in or out of a rollout.'),
    unproven: text.nullable().describe('Drift guard: what has no evidence yet.'),
  })
  .partial()
  .refine((fields) => Object.keys(fields).length > 0, 'expected at least one thing to want');

const oneCase = z.strictObject({
  name: text.describe('What the case is about, in a few words.'),
  why: z.string().min(1).max(2_000).optional().describe('Why it should be so, for whoever wants to change it.'),
  set: z.record(pointer, json).default({}).describe('Members that differ from the base, by pointer.'),
  remove: z.array(pointer).default([]).describe('Members that the base has and this action has not, by pointer.'),
  want: want.describe('What must come out. What is not named may be anything.'),
});

/** A file of cases: a base action, and what follows when some of it is changed. */
export const caseDocument = z.strictObject({
  policy: text.describe('The policy that the cases are about.'),
  tenant: text.optional().describe('Whose policies decide. Default: the tenant of the policy, else every tenant.'),
  base: z
    .partialRecord(z.enum(Object.keys(NOTHING) as [keyof typeof NOTHING]), json)
    .describe('Members of the action that the cases share; what is left out is not stated.'),
  cases: z.array(oneCase).min(1).max(10_000).describe('The cases, each on its own.'),
});

export type CaseDocument = z.infer<typeof caseDocument>;
export type CaseDeclaration = z.infer<typeof oneCase>;
export type Want = CaseDeclaration['want'];
