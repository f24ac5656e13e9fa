import { z } from 'zod';
import { parseDuration } from './duration.js';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a name: lower-case letters, digits and hyphens, at most 64');
const actionType = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.:/-]{0,127}$/, 'expected an action type: letters, digits and `_.:/-`, at most 128');
const factName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a fact name: lower-case letters, digits and `_`')
  .refine((text) => !RESERVED.has(text), 'expected another name: this word is reserved');
const condition = z.string().min(1).max(2_000);
const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, 'expected a duration such as 90s, 15m, 24h or 7d')
  .transform((text) => parseDuration(text) ?? 0);
const decimal = z
  .string()
  .regex(/^-?[0-9]{1,20}(\.[0-9]{1,4})?$/, 'expected a plain decimal in quotes, such as "0.00"');
const types = z.array(actionType).min(1).optional();

const RESERVED = new Set(
  'present money size true false null in as break const continue constructor else for function if import let loop package namespace return var void while int uint double string bool bytes list map type dyn duration timestamp optional exists exists_one all has'.split(
    ' ',
  ),
);

const POINTER =
  /^\/(parameters|signals|before|after|confidence|environment|target|on_behalf_of|agent_version|model_id)(\/[^/]+)*$/;
const pointer = z
  .string()
  .max(500)
  .regex(POINTER, 'expected a pointer into the action, such as /parameters/amount or /signals/fraud_score');

const at = { at: pointer };
const list = {
  each: z
    .string()
    .regex(/^(\/[^/]+)+$/)
    .optional(),
  fold: z.literal('sum').optional(),
};
const fact = z.discriminatedUnion('type', [
  z.strictObject({
    ...at,
    ...list,
    type: z.literal('money'),
    currency: z.string().regex(/^[A-Z]{3}$/),
    bare_number: z.boolean().default(false),
    min: decimal.optional(),
    above: decimal.optional(),
  }),
  z.strictObject({ ...at, type: z.literal('number'), min: z.number().optional(), max: z.number().optional() }),
  z.strictObject({ ...at, type: z.literal('int'), min: z.number().optional(), max: z.number().optional() }),
  z.strictObject({ ...at, type: z.literal('string'), one_of: z.array(z.string()).min(1).optional() }),
  z.strictObject({ ...at, type: z.literal('bool') }),
  z.strictObject({ ...at, type: z.literal('strings') }),
]);
const facts = z.record(factName, fact);

const IMPACTS = ['low', 'medium', 'high'] as const;
const REVERSIBILITIES = ['high', 'low'] as const;
const cases = <T extends readonly string[]>(levels: T) =>
  z.array(z.strictObject({ is: z.enum(levels), when: condition.optional(), for: types })).min(1);
const oneOrMore = <T extends readonly string[]>(levels: T) =>
  z.union([z.literal('any'), z.enum(levels), z.array(z.enum(levels)).min(1)]).default('any');

const gate = z.strictObject({
  pattern: z.enum(['threshold', 'dry-run', 'hold-before-send', 'exception-only', 'environment']).default('threshold'),
  quorum: z.int().min(1).max(20),
  deny_quorum: z.int().min(1).max(20).default(1),
  roles: z.array(z.string().min(1).max(64)).min(1),
  exclude: z.array(z.string().min(1).max(256)).default([]),
  reason: z.enum(['never', 'deny', 'always']).default('never'),
  reason_min_length: z.int().min(1).max(1_000).default(1),
  sla: z.strictObject({ respond: duration, expire: duration }).optional(),
  token: z.strictObject({ ttl: duration.optional(), audience: z.string().min(1).max(256).optional() }).default({}),
});
const mode = z.enum(['off', 'soft', 'shadow', 'partial', 'enforce']);
const rule = z.strictObject({
  name,
  for: types,
  when: condition.optional(),
  then: z.enum(['allow', 'require_approval', 'deny']),
  gate: name.optional(),
  explanation: z.string().min(1).max(500).optional(),
});
const cell = z.strictObject({
  impact: oneOrMore(IMPACTS),
  reversibility: oneOrMore(REVERSIBILITIES),
  regulatory_pressure: oneOrMore(IMPACTS),
  approval: z.enum(['yes', 'maybe', 'no']),
  gate: name.optional(),
});

/** A policy file. Every field that is not listed is an error. */
export const policyDocument = z.strictObject({
  name,
  tenant: z
    .string()
    .regex(/^(\*|[a-z0-9][a-z0-9_-]{0,63})$/, 'expected a tenant, or "*" for every tenant')
    .default('*'),
  description: z.string().max(4_000).optional(),
  mode: mode.default('enforce'),
  environments: z
    .partialRecord(
      z.enum(['staging', 'canary', 'production']),
      z.strictObject({ bypass: z.boolean().default(false), mode: mode.optional() }),
    )
    .default({}),
  facts: facts.default({}),
  action_types: z.record(actionType, z.strictObject({ facts: facts.default({}) })).default({}),
  classify: z
    .strictObject({
      impact: cases(IMPACTS),
      reversibility: cases(REVERSIBILITIES),
      regulatory_pressure: cases(IMPACTS),
    })
    .optional(),
  matrix: z.array(cell).max(64).default([]),
  rules: z.array(rule).max(1_000).default([]),
  gates: z.record(name, gate),
  fallback: name,
  allow_grant_ttl: duration.default(3_600),
});

export type PolicyDocument = z.infer<typeof policyDocument>;
export type FactDeclaration = z.infer<typeof fact>;
export type GateDeclaration = z.infer<typeof gate>;
export type RuleDeclaration = z.infer<typeof rule>;
export type ModeName = z.infer<typeof mode>;
