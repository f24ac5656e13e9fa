import type { Schema } from 'avsc';
import { typeOf } from './avro.js';

/** Text of a schema by which two are the same: order of members, spaces and documentation say nothing. */
export const shapeOf = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).filter(([name]) => name !== 'doc');
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, shapeOf(value)]),
  );
};

/** True when both are the same Avro schema, whatever their layout and documentation. @throws SyntaxError when one is no JSON */
export const isSameSchema = (one: string, other: string): boolean =>
  JSON.stringify(shapeOf(JSON.parse(one))) === JSON.stringify(shapeOf(JSON.parse(other)));

/**
 * True when readers of each can read what writers of the other wrote (`FULL`).
 * @throws Error when a text is no Avro schema
 */
export function isCompatible(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => typeOf(JSON.parse(text) as Schema)) as [
    ReturnType<typeof typeOf>,
    ReturnType<typeof typeOf>,
  ];
  try {
    a.createResolver(b);
    b.createResolver(a);
    return true;
  } catch {
    return false;
  }
}
