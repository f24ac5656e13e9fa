import { CountersignError } from './problem.js';

/**
 * The size budget, from the door to the last record. Each part of a record has a bound here, and their sum fits into
 * `RECORD_BYTES`, so what is accepted can be decided, voted on, published, stored and put among the dead letters. Bytes
 * are of UTF-8; JSON counts in canonical form (RFC 8785), in which `9e15` is as long as it is written out.
 */
export const LIMITS = {
  /** A body, as received. */
  body: 256 * 1024,
  /** What is kept of a proposal, or of a changed version, in canonical form; a derived `after` included. */
  kept: 384 * 1024,
  /** A computed patch. A longer one is one `replace` at the root, which is not stored but follows from `after`. */
  diff: 128 * 1024,
  /** An explanation, JSON text. */
  explanation: 32 * 1024,
  /** A record on any topic: key, headers and value. */
  record: 700 * 1024,
  /** Characters of a value in an explanation. */
  explainedCharacters: 256,
  /** Edits of one action. */
  edits: 20,
} as const;

/**
 * Refuses what is larger in canonical form than the log has room for, so that all that follows from it fits too.
 * @param sizes bytes by the RFC 6901 pointer of a member of the body
 * @throws CountersignError `too_large` with the pointer of the largest member, the limit and the size in bytes
 */
export function checkKept(sizes: Readonly<Record<string, number>>): void {
  const size = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  if (size <= LIMITS.kept) return;
  const [pointer = ''] = Object.keys(sizes).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  const detail = `what is kept of it is larger than ${LIMITS.kept} bytes in canonical form; send less`;
  throw new CountersignError('too_large', detail, { pointer, limit: LIMITS.kept, size });
}
