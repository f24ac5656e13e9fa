import { z } from 'zod';

const PLACE = /^\/(before|parameters)(\/[!-.0-~]+)*$/;

const place = z
  .string()
  .max(500)
  .regex(PLACE, 'expected a pointer in ASCII into `before` or `parameters`, such as /parameters/amount');

const KINDS = ['from', 'constant', 'add', 'subtract', 'merge'] as const;

/** How one member of `after` follows from `before` and the parameters. Nothing in it can fail or take long. */
const derivation = z
  .strictObject({
    from: place.optional().describe('The value that stands there.'),
    constant: z
      .union([z.string().max(1_000), z.number(), z.boolean(), z.null()])
      .optional()
      .describe('Always this value.'),
    add: z
      .array(place)
      .min(2)
      .max(10)
      .optional()
      .describe('The sum of amounts: plain decimals, or money of one currency.'),
    subtract: z.array(place).length(2).optional().describe('The first amount less the second.'),
    merge: z
      .array(place)
      .min(1)
      .max(10)
      .optional()
      .describe('One object of several; a member of a later one takes the place of an earlier one.'),
    currency: place
      .optional()
      .describe('Beside `add` and `subtract`: where the currency of the plain decimals stands, if it is stated.'),
  })
  .refine(
    (said) => KINDS.filter((kind) => said[kind] !== undefined).length === 1,
    `expected exactly one of ${KINDS.join(', ')}`,
  )
  .refine(
    ({ currency, add, subtract }) => currency === undefined || add !== undefined || subtract !== undefined,
    'expected `currency` beside `add` or `subtract` only',
  );

/** The members of `after` that can be computed. */
export const afterDeclaration = z
  .record(
    z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,127}$/, 'expected the name of a member: letters, digits and `_.-`'),
    derivation,
  )
  .refine((members) => Object.keys(members).length <= 20, 'expected at most 20 members')
  .describe('How members of `after` follow from `before` and the parameters; all others stay as they were.');

export type AfterDeclaration = z.infer<typeof afterDeclaration>;
export type Derivation = z.infer<typeof derivation>;

/** The places that a derivation reads. */
export const placesOf = ({ from, add, subtract, merge, currency }: Derivation): string[] =>
  [from, currency, ...(add ?? []), ...(subtract ?? []), ...(merge ?? [])].filter((one) => one !== undefined);
