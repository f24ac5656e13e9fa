import { z } from 'zod';
import { condition, duration, factName, mode, name, types } from './words.js';

const share = z.number().min(0).max(1);

const segment = z.strictObject({
  name: name.describe('Name that decisions show.'),
  for: types,
  when: condition,
  mode,
});

/** Where the policy binds already, and where it only watches. */
export const rollout = z
  .strictObject({
    mode: mode.optional().describe('The mode where no other line here speaks.'),
    share: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('Percent of the actions in which a partial rollout binds; the same action always falls the same way.'),
    segments: z.array(segment).max(50).default([]).describe('Parts of the actions with a mode of their own, in order.'),
    agents: z
      .record(z.string().min(1).max(128), z.strictObject({ mode }))
      .default({})
      .describe('Agents with a mode of their own, by agent id.'),
  })
  .default({ segments: [], agents: {} })
  .describe('Where the policy binds already, and where it only watches.');

export const audit = z
  .strictObject({
    sample: z
      .strictObject({
        allowed: share.default(0).describe('Probability, 0 to 1, that an action that ran by itself is audited.'),
        approved: share.default(0).describe('Probability, 0 to 1, that an action that people approved is audited.'),
      })
      .describe('How often; the same action is always drawn alike.'),
    gate: name.describe('The gate that the audit request opens with.'),
  })
  .describe('Random audits: somebody other than the approver says whether the action did harm.');

export const breakGlass = z
  .strictObject({
    review: name.describe('The gate of the review that opens at once: somebody else says whether the action did harm.'),
  })
  .describe('What follows when somebody breaks the glass of a gate.');

export const driftGuard = z
  .strictObject({
    gate: name.describe('The gate of an action whose agent version, model and type have no evidence yet.'),
    evidence: z.int().min(1).max(100_000).describe('Approved or harmless actions that are enough evidence.'),
  })
  .describe('Autonomy is earned by agent version, model and action type together.');

const MAX_WINDOW_S = 31 * 86_400;

export const velocity = z
  .record(
    factName,
    z.strictObject({
      key: z.enum(['agent', 'on_behalf_of', 'target']).describe('Whose actions are taken together.'),
      window: duration
        .refine((seconds) => seconds <= MAX_WINDOW_S, 'expected at most 31d')
        .describe('Length of the window that ends with the action, at most 31d.'),
      sum: factName.optional().describe('A money fact. With it the value is their sum, without it their number.'),
      for: types,
    }),
  )
  .default({})
  .describe('Counts and sums over a window, the action itself included; conditions read `velocity.<name>`.');

export const activation = z
  .strictObject({
    requires: z
      .array(z.enum(['cases', 'backtest', 'shadow']))
      .max(3)
      .default([])
      .describe('What must be there before another version becomes active in place of this one.'),
    min_history: z.int().min(0).max(100_000_000).default(0).describe('Recorded actions that a report must rest on.'),
  })
  .default({ requires: [], min_history: 0 })
  .describe('What the next version needs before it becomes active in place of this one.');
