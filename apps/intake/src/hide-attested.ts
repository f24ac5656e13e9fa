import { canonicalize, hide, parseJson } from '@countersign/canonical';
import type { JsonValue, RedactionKey } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';

type Signed = { [member: string]: JsonValue; signals: JsonValue };

/** The action with keyed hashes also in place of the sensitive signals that providers attest. */
export function hideAttested(
  action: ActionProposed,
  pointers: readonly string[],
  key: RedactionKey | undefined,
): ActionProposed {
  if (action.attestations === null) return action;
  const hidden = (parseJson(action.attestations) as Signed[]).map((one) => {
    const { members, sensitive } = hide({ signals: one.signals }, pointers, key);
    return { signed: { ...one, signals: members.signals }, sensitive };
  });
  return {
    ...action,
    attestations: canonicalize(hidden.map(({ signed }) => signed)),
    sensitive: [...new Set([...action.sensitive, ...hidden.flatMap(({ sensitive }) => sensitive)])].sort(),
  };
}
