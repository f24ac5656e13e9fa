import { digestOf } from '@countersign/canonical';
import { proposalOf } from './proposal.js';
import { readJson } from './read-json.js';
import type { ActionState, RequestState } from './state.js';

const DRY_RUN = 'dry-run';

/** True when what is approved is a dry run: its grant releases the change that the diff shows, and no other. */
const isDiffBound = ({ decided }: Pick<ActionState, 'decided'>, request: RequestState | null): boolean =>
  decided.gate?.pattern === DRY_RUN || (request?.kind === 'approval' && request.gate.pattern === DRY_RUN);

/** `sha256:` + hex over RFC 8785 of the diff that the grant is bound to; null when it is bound to none. */
export function diffDigest(action: ActionState): string | null {
  if (!isDiffBound(action, action.request)) return null;
  const { diff } = action.versions.at(-1)?.edit ?? proposalOf(action);
  return diff === null ? null : digestOf(readJson(diff, null));
}
