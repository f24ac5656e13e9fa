import { createHash } from 'node:crypto';
import { SCHEMAS } from './generated/schemas.js';
import { shapeOf } from './schema-match.js';

const PREFIX = 'countersign.registry';
const MARK = /^countersign\.registry\.(\d+)\.([0-9a-f]{16})$/;

/** What the first schemas mean on the wire: ids, subjects and shapes. Ids are never given anew, so they are a prefix. */
function printOf(count: number): string {
  const facts = SCHEMAS.slice(0, count).map(({ id, subject, version, schema }) => [
    ...[id, subject, version],
    shapeOf(JSON.parse(schema)),
  ]);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/** The mark that a version with so many schemas left. */
export const registryMarkAt = (count: number): string => `${PREFIX}.${count}.${printOf(count)}`;

/**
 * Name of the empty topic by which a cluster says which schemas its records are written with: how many, and the first 64
 * bits of their SHA-256. A name cannot be forged by whoever may only write records, and is read without reading any.
 */
export const registryMark = registryMarkAt(SCHEMAS.length);

/**
 * What is wrong with a cluster for these schemas.
 * @param topics names of all of its topics
 * @returns a clause for a message (`was made …`); null where its marks are ours, or an earlier version's, or absent
 */
export function registryFault(topics: readonly string[]): string | null {
  for (const [, count, print] of topics.flatMap((topic) => [MARK.exec(topic) ?? []])) {
    if (count === undefined) continue;
    if (Number(count) > SCHEMAS.length)
      return `was made by a newer version, with ${count} schemas where this one has ${SCHEMAS.length}`;
    if (printOf(Number(count)) !== print) return 'was made with another schema registry';
  }
  return null;
}

/** True where some version of this project has left its mark. */
export const hasRegistryMark = (topics: readonly string[]): boolean => topics.some((topic) => MARK.test(topic));
