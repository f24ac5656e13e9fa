import { z } from 'zod';
import { condition, types } from './words.js';

export const IMPACTS = ['low', 'medium', 'high'] as const;
export const REVERSIBILITIES = ['high', 'low'] as const;

const cases = <T extends readonly string[]>(levels: T) =>
  z
    .array(
      z.strictObject({
        is: z.enum(levels).describe('The level where `when` is true.'),
        when: condition.optional().describe('Without it the case is always true; the last case has none.'),
        for: types,
      }),
    )
    .min(1)
    .describe('Cases in order; the first true one gives the level.');

/** How an action stands on the three axes of the matrix. */
export const classification = z.strictObject({
  impact: cases(IMPACTS),
  reversibility: cases(REVERSIBILITIES),
  regulatory_pressure: cases(IMPACTS),
});

export type Classification = z.infer<typeof classification>;
