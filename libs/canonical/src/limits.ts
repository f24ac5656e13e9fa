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
