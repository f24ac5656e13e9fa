import type { ApiBodyOptions } from '@nestjs/swagger';
import { z } from 'zod';

type Schema = Extract<ApiBodyOptions, { schema: unknown }>['schema'];

/** A body's schema as OpenAPI 3.0 shows it, from the schema that checks it. */
export const openapiOf = (schema: z.ZodType): Schema => schemaOf(schema, 'input');

/** The schema of an answer. Members may be added to it at any time, so none is refused. */
export const answerOf = (schema: z.ZodType): Schema => schemaOf(schema, 'output');

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const made = z.toJSONSchema(schema, { io, target: 'openapi-3.0', unrepresentable: 'any' });
  return withoutDefinitions(made) as Schema;
}

/** What a schema object of OpenAPI 3.0 has no place for. */
const FOREIGN = ['definitions', 'contentEncoding'];

/** The only recursive schema here is any JSON value, which needs no definition. */
function withoutDefinitions(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutDefinitions);
  if (typeof node !== 'object' || node === null) return node;
  if ('$ref' in node) return {};
  const members = Object.entries(node).filter(([name]) => !FOREIGN.includes(name));
  return Object.fromEntries(members.map(([name, value]) => [name, withoutDefinitions(value)]));
}
