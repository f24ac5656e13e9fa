import { asWritten, digestOf } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { ActionBody } from './action-body.js';

/** The members of a proposal that may hold sensitive values. */
export interface Hideable {
  readonly parameters: JsonValue;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly signals: JsonValue;
  readonly context: JsonValue;
  readonly preconditions: JsonValue;
}

const MEMBERS = Object.keys(ActionBody.shape) as (keyof ActionBody)[];

const isEmpty = (list: JsonValue | undefined): boolean => !Array.isArray(list) || list.length === 0;

/** The same as RFC 8785 texts. */
export type Texts = { readonly [M in keyof Hideable]: string | null } & { readonly parameters: string };

interface Stored extends Texts {
  /** Where something is hidden; else null. */
  readonly digest: string | null;
}

// Absent and null are one body, whichever door it came by. What is hidden is hashed as it is stored: a plain hash over
// it, next to all the other members in plain text, would let anyone who reads the log test guesses. The digest, which
// is stored as well, tells bodies apart whose tenant has no key.
export function bodyHash(body: ActionBody, { digest, ...texts }: Stored): string {
  const { attestations, ...members } = Object.fromEntries(MEMBERS.map((member) => [member, body[member] ?? null]));
  const written = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, asWritten(text)]));
  // Left out where there are none: such a body has the hash that it always had.
  const signed = isEmpty(attestations) ? {} : { attestations };
  return digestOf({ ...members, ...signed, ...written, ...(digest === null ? {} : { digest }) });
}
