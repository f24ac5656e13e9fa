import { z } from 'zod';
import { typeClassification } from './classify-document.js';
import { facts } from './fact-document.js';
import { afterDeclaration } from './terms/after-document.js';
import { contextTerm } from './terms/context-term.js';
import { actionType, pointer, sensitivePlace } from './words.js';

const said = {
  facts: facts.default({}),
  minor_units: z
    .boolean()
    .optional()
    .describe('Every money fact that the type declares is a whole number of the smallest unit of its currency.'),
  currency_at: pointer
    .optional()
    .describe('Where the currency of every money fact stands that the type declares without a place of its own.'),
  sensitive: z
    .array(sensitivePlace)
    .max(100)
    .default([])
    .describe(
      'Pointers whose values are stored as keyed hashes and shown to nobody: one hash for all that stands there.',
    ),
  context: contextTerm.optional(),
  preconditions: z
    .array(z.string().regex(/^[!-.0-~]{1,128}$/, 'expected the name of a member of `preconditions`, in ASCII'))
    .max(50)
    .default([])
    .describe("Members of the action's `preconditions` that identify the state of the world, such as `order_etag`."),
  preconditions_required: z
    .boolean()
    .optional()
    .describe('A proposal that does not state each of `preconditions` is refused. Default false.'),
  after: afterDeclaration.optional(),
  classify: typeClassification.optional().describe('Levels of this type where the cases of the policy say nothing.'),
};

/** What a policy says of an action type in place: its facts, or that they stand in the type's own file. */
export const actionTypeEntry = z.strictObject({
  from: z
    .literal('action_types')
    .optional()
    .describe("The type has its own file in the folder `action_types`; what is said here is added to that file's."),
  ...said,
});

/** An action type's own file, which any policy may use. */
export const actionTypeDocument = z.strictObject({
  action_type: actionType.describe('The type that agents name in `action_type`.'),
  description: z.string().max(4_000).optional().describe('What the action does, in a sentence.'),
  ...said,
});

export type ActionTypeEntry = z.infer<typeof actionTypeEntry>;
export type ActionTypeDocument = z.infer<typeof actionTypeDocument>;
