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

const axes = {
  impact: cases(IMPACTS).describe('What the action could cost or break.'),
  reversibility: cases(REVERSIBILITIES).describe('Whether it can be taken back.'),
  regulatory_pressure: cases(IMPACTS).describe('How closely the law looks at it.'),
};

/** How actions stand on the three axes of the matrix. An axis may be left out where the action types say it. */
export const classification = z.strictObject({
  impact: axes.impact.default([]),
  reversibility: axes.reversibility.default([]),
  regulatory_pressure: axes.regulatory_pressure.default([]),
});

/** What an action type says of itself on some of the axes. */
export const typeClassification = z.strictObject(axes).partial();

export type Classification = z.infer<typeof classification>;
