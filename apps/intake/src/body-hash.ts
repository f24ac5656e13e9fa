import { digestOf } from '@countersign/canonical';
import type { Hidden, JsonValue } from '@countersign/canonical';
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

interface Stored {
  readonly context: JsonValue;
  readonly digest: string;
  readonly after_stated_by: string;
  readonly hidden: Hidden<Hideable>;
}

// Absent and null are one body, whichever door it came by. What is hidden is hashed as it is stored: a plain hash over
// it, next to all the other members in plain text, would let anyone who reads the log test guesses. The digest, which
// is stored as well, tells bodies apart whose tenant has no key.
export function bodyHash(body: ActionBody, { context, digest, after_stated_by, hidden }: Stored): string {
  const { attestations, ...members } = Object.fromEntries(MEMBERS.map((member) => [member, body[member] ?? null]));
  // Left out where there are none: such a body has the hash that it always had.
  const plain = { ...members, ...(isEmpty(attestations) ? {} : { attestations }) };
  if (hidden.sensitive.length === 0) return digestOf({ ...plain, context });
  const after = after_stated_by === 'agent' ? hidden.members.after : null;
  return digestOf({ ...plain, ...hidden.members, after, context, digest });
}
