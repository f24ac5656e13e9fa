import { z } from 'zod';
import { ENVIRONMENTS } from '@countersign/canonical';
import { actionTypeEntry } from './action-type-document.js';
import { calendar } from './calendar-document.js';
import { classification, IMPACTS, REVERSIBILITIES } from './classify-document.js';
import { facts } from './fact-document.js';
import { gate } from './gate-document.js';
import { activation, audit, breakGlass, driftGuard, rollout, velocity } from './rollout-document.js';
import { actionType, condition, duration, mode, name, types } from './words.js';

export type { FactDeclaration } from './fact-document.js';
export type { GateDeclaration } from './gate-document.js';

const oneOrMore = <T extends readonly string[]>(levels: T, of: string) =>
  z
    .union([z.literal('any'), z.enum(levels), z.array(z.enum(levels)).min(1)])
    .default('any')
    .describe(`${of} of the cells that this row covers: a level, several, or \`any\`.`);

const rule = z.strictObject({
  name: name.describe('Name of the rule; decisions and explanations show it.'),
  for: types,
  when: condition.optional(),
  then: z
    .enum(['allow', 'require_approval', 'deny'])
    .describe('What the rule says of an action for which `when` is true, or cannot be told.'),
  gate: name.optional().describe('The gate that require_approval opens.'),
  explanation: z.string().min(1).max(500).optional().describe('A sentence that decisions by this rule carry.'),
});
const cell = z.strictObject({
  impact: oneOrMore(IMPACTS, 'Impact'),
  reversibility: oneOrMore(REVERSIBILITIES, 'Reversibility'),
  regulatory_pressure: oneOrMore(IMPACTS, 'Regulatory pressure'),
  approval: z
    .enum(['yes', 'maybe', 'no'])
    .describe('yes: at least the gate. maybe: the rules decide, and without a match the gate. no: no gate of its own.'),
  gate: name.optional().describe('The gate of `yes` and `maybe`.'),
});
const environment = z.strictObject({
  bypass: z.boolean().default(false).describe('Lifts require_approval to allow, never a denial. Not in production.'),
  mode: mode.optional(),
});

/** A policy file. Every field that is not listed is an error. */
export const policyDocument = z.strictObject({
  name: name.describe('Name of the policy; its versions are counted under it.'),
  tenant: z
    .string()
    .regex(/^(\*|[a-z0-9][a-z0-9_-]{0,63})$/, 'expected a tenant, or "*" for every tenant')
    .default('*')
    .describe('The tenant that it speaks for; "*" for every tenant that has no policy of this name.'),
  description: z.string().max(4_000).optional().describe('What the policy decides, in words that its owner signs.'),
  mode: mode.default('enforce'),
  environments: z
    .partialRecord(z.enum(ENVIRONMENTS), environment)
    .default({})
    .describe('What is different in an environment.'),
  facts: facts.default({}).describe('Facts of every action type of the policy.'),
  action_types: z
    .record(actionType, actionTypeEntry)
    .default({})
    .describe('The action types that the policy speaks for, with their facts.'),
  classify: classification.optional().describe('How actions stand on the three axes of the matrix.'),
  matrix: z
    .array(cell)
    .max(64)
    .default([])
    .describe('Impact × reversibility × regulatory pressure; the first row that covers a cell speaks for it.'),
  rules: z
    .array(rule)
    .max(1_000)
    .default([])
    .describe('Rules in order; the first match counts, and the stricter of it and the cell decides.'),
  calendars: z.record(name, calendar).default({}).describe('Working hours that `sla.calendar` of a gate names.'),
  gates: z.record(name, gate).describe('Gates by the names that rules and cells use.'),
  fallback: name.describe('The gate where no rule and no cell decides, or a condition fails.'),
  allow_grant_ttl: duration.prefault('1h').describe('Life of the grant of an allowed action, 1m to 7d.'),
  rollout,
  audit: audit.optional(),
  break_glass: breakGlass.optional(),
  drift_guard: driftGuard.optional(),
  velocity,
  activation,
});

export type PolicyDocument = z.infer<typeof policyDocument>;
export type RuleDeclaration = z.infer<typeof rule>;
export type ModeName = z.infer<typeof mode>;
