import { z } from 'zod';
import { actionTypeDocument } from './action-type-document.js';
import { caseDocument } from './cases/case-document.js';
import { policyDocument } from './document.js';

/** A JSON Schema of the dialect 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const schemaOf = (document: z.ZodType, name: string, title: string): JsonSchema => {
  const { $schema, ...rest } = z.toJSONSchema(document, { target: 'draft-2020-12', io: 'input' });
  return { $schema, $id: `urn:countersign:schema:${name}`, title, ...rest };
};

/**
 * What an editor may check and complete in policy files, action type files and files of cases, generated from what the loader checks.
 * The loader checks more: names, types of conditions, times.
 */
export const policyJsonSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  policy: schemaOf(policyDocument, 'policy', 'Countersign policy'),
  'action-type': schemaOf(actionTypeDocument, 'action-type', 'Countersign action type'),
  cases: schemaOf(caseDocument, 'cases', 'Countersign cases of a policy'),
});
