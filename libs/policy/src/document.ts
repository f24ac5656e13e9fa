import { z } from 'zod';
import { actionTypeEntry } from './action-type-document.js';
import { calendar } from './calendar-document.js';
import { classification, IMPACTS, REVERSIBILITIES } from './classify-document.js';
import { facts } from './fact-document.js';
import { gate } from './gate-document.js';
import { activation, audit, driftGuard, rollout, velocity } from './rollout-document.js';
import { actionType, condition, duration, mode, name, types } from './words.js';

export type { FactDeclaration } from './fact-document.js';
export type { GateDeclaration } from './gate-document.js';

const oneOrMore = <T extends readonly string[]>(levels: T) =>
  z.union([z.literal('any'), z.enum(levels), z.array(z.enum(levels)).min(1)]).default('any');

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
  action_types: z.record(actionType, actionTypeEntry).default({}),
  classify: classification.optional(),
  matrix: z.array(cell).max(64).default([]),
  rules: z.array(rule).max(1_000).default([]),
  calendars: z.record(name, calendar).default({}),
  gates: z.record(name, gate),
  fallback: name,
  allow_grant_ttl: duration.default(3_600),
  rollout,
  audit: audit.optional(),
  drift_guard: driftGuard.optional(),
  velocity,
  activation,
});

export type PolicyDocument = z.infer<typeof policyDocument>;
export type RuleDeclaration = z.infer<typeof rule>;
export type ModeName = z.infer<typeof mode>;
