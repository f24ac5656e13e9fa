import { z } from 'zod';
import { CURRENCIES, currencyFault, currencyOf } from '@countersign/canonical';
import { decimal, factName, name, pointer, tokens } from './words.js';

const at = {
  at: pointer.describe('Where the fact stands in the action: an RFC 6901 pointer.'),
  stated_by: name
    .default('agent')
    .describe('Who may state it: `agent`, or the name of a provider. Stated by another source it counts as missing.'),
};
const list = {
  each: tokens.optional().describe('Where the amount stands in each element of a list.'),
  fold: z.literal('sum').optional().describe('Makes one amount of a list: its sum.'),
};

const kind = <T extends string>(type: T, meaning: string) => z.literal(type).describe(meaning);

const money = z
  .strictObject({
    ...at,
    ...list,
    type: kind('money', 'An exact amount of one currency.'),
    currency: z
      .string()
      .refine(
        (text) => currencyFault(text) === null,
        'expected a currency of ISO 4217, such as USD, or a text like USDC',
      )
      .refine((text) => currencyOf(text) === text, 'expected a code of ISO 4217 in upper case, such as USD')
      .describe('ISO 4217 code in upper case, or any other text. An amount of another currency counts as missing.'),
    bare_number: z.boolean().default(false).describe('The action states a bare number instead of value and currency.'),
    minor_units: z
      .boolean()
      .default(false)
      .describe('The amount is a whole number of the smallest unit of an ISO 4217 currency, such as cents.'),
    currency_at: pointer
      .optional()
      .describe(
        'Where the currency of a number or decimal text stands; where that is another one, or none, the amount is missing.',
      ),
    min: decimal.default('0').describe('A lower amount counts as missing. Default 0: no amount below zero is read.'),
    above: decimal.optional().describe('An amount that is not above counts as missing.'),
  })
  .refine(({ minor_units, currency }) => !minor_units || CURRENCIES.has(currency), {
    path: ['minor_units'],
    error: 'expected a currency of ISO 4217 beside `minor_units`: nobody else says what the smallest unit is',
  });
const bounds = {
  min: z.number().optional().describe('A lower number counts as missing.'),
  max: z.number().optional().describe('A higher number counts as missing.'),
};

/** A fact: a typed place in the action. A value that is absent, null or of another type counts as missing. */
export const fact = z.discriminatedUnion('type', [
  money,
  z.strictObject({ ...at, type: kind('number', 'A number; compare it with numbers such as 0.5.'), ...bounds }),
  z.strictObject({ ...at, type: kind('int', 'A whole number.'), ...bounds }),
  z.strictObject({
    ...at,
    type: kind('string', 'A text.'),
    one_of: z.array(z.string()).min(1).optional().describe('Any other text counts as missing.'),
  }),
  z.strictObject({ ...at, type: kind('bool', 'true or false.') }),
  z.strictObject({ ...at, type: kind('strings', 'A list of texts.') }),
]);
export const facts = z
  .record(factName, fact)
  .describe('Facts by the names that conditions use; no condition reads anything else.');

export type FactDeclaration = z.infer<typeof fact>;
