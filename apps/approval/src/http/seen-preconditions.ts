import { proposalOf } from '@countersign/approval';
import type { ActionState } from '@countersign/approval';
import { canonicalBytes, canonicalize, checkKept, hide, LIMITS, redactionKeyOf } from '@countersign/canonical';
import type { JsonValue, RedactionKeys } from '@countersign/canonical';

const ROOT = '/preconditions';

/**
 * The preconditions that an executor sees now as the log may keep them, RFC 8785 text: hidden where those of the proposal
 * are, so that equal ones compare equal. Null when there is nothing to compare: no such action, or no key to hide them
 * with, of which no value is believed.
 * @throws CountersignError `too_large`
 */
export function seenPreconditions(
  seen: JsonValue,
  action: ActionState | null | undefined,
  keys: RedactionKeys,
): string | null {
  if (seen === null || !action) return null;
  checkKept({ [ROOT]: canonicalBytes(seen, LIMITS.kept) });
  const pointers = proposalOf(action).sensitive.filter((pointer) => `${pointer}/`.startsWith(`${ROOT}/`));
  const key = redactionKeyOf(keys, action.decided.tenant);
  if (pointers.length > 0 && key === undefined) return null;
  return canonicalize(hide({ preconditions: seen }, pointers, key).members.preconditions);
}
