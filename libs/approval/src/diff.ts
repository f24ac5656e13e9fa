import { asWritten, digestOf, replaceAll } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { proposalOf } from './proposal.js';
import { valueOf } from './read-json.js';
import type { Read } from './read-json.js';
import type { ActionState, RequestState } from './state.js';

const DRY_RUN = 'dry-run';

/** True when what is approved is a dry run: its grant releases the change that the diff shows, and no other. */
const isDiffBound = ({ decided }: Pick<ActionState, 'decided'>, request: RequestState | null): boolean =>
  decided.gate?.pattern === DRY_RUN || (request?.kind === 'approval' && request.gate.pattern === DRY_RUN);

/** The patch between the states of a version; null where one of them is not known. */
export const diffOf = (
  { after, diff, diff_truncated }: Pick<ActionProposed, 'after' | 'diff' | 'diff_truncated'>,
  read: Read = valueOf,
): JsonValue => (diff_truncated ? ([replaceAll(read(after))] as unknown as JsonValue) : read(diff));

/** `sha256:` + hex over RFC 8785 of the diff that the grant is bound to; null when it is bound to none. */
export function diffDigest(action: ActionState): string | null {
  if (!isDiffBound(action, action.request)) return null;
  const diff = diffOf(action.versions.at(-1)?.edit ?? proposalOf(action), asWritten);
  return diff === null ? null : digestOf(diff);
}
