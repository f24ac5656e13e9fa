import { CountersignError } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import { changeFacts } from './change-document.js';
import type { ChangeFacts } from './redemption.js';
import type { Subject, WantedState } from './subject.js';

/** The facts of an approved action about this policy, from what its document says that it releases. */
export const releasedFacts = (name: string, tenant: string, parameters: JsonObject): ChangeFacts => ({
  ...changeFacts(name),
  tenant,
  parameters,
});

const MADE = ['policy', 'version', 'content_hash', 'from_version', 'state', 'mode'];

/** What the outcome says of a change that was made. */
export const madeOf = (released: JsonObject): JsonObject =>
  Object.fromEntries(MADE.map((member) => [member, released[member] ?? null]));

/**
 * The version that was active when a verified change was proposed.
 * @throws CountersignError `action_digest_mismatch` when the approval is of another change than the one asked for
 */
export function proposedFrom({ record }: Subject, wanted: WantedState, released: JsonObject): number | null {
  const { name, content_hash } = record.published;
  const asked = { policy: name, version: record.version, content_hash, state: wanted.state, mode: wanted.mode };
  const isOther = Object.entries(asked).some(([member, value]) => (released[member] ?? null) !== value);
  const { from_version } = released;
  if (isOther || !(from_version === null || typeof from_version === 'number'))
    throw new CountersignError('action_digest_mismatch', 'the approval is of another change than this one');
  return from_version;
}
