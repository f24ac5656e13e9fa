import { CountersignError, LIMITS } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';

/** What of a proposal its agent wrote, in the form in which it is kept. */
const KEPT = [
  ...['parameters', 'before', 'after', 'signals', 'context', 'preconditions', 'attestations', 'rationale'],
  ...['run_id', 'agent_version', 'model_id', 'on_behalf_of', 'target', 'supersedes', 'idempotency_key'],
] as const satisfies readonly (keyof ActionProposed)[];

/**
 * Refuses what is larger in canonical form than the log has room for, so that all that follows from it fits too.
 * @throws CountersignError `too_large` with the pointer of the largest member, the limit and the size in bytes
 */
export function checkKept(action: Pick<ActionProposed, (typeof KEPT)[number]>): void {
  checkSizes(Object.fromEntries(KEPT.map((name) => [name, Buffer.byteLength(action[name] ?? '')])));
}

/**
 * @param sizes bytes by the name of a member of the body
 * @throws CountersignError `too_large`
 */
export function checkSizes(sizes: Readonly<Record<string, number>>): void {
  const size = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  if (size <= LIMITS.kept) return;
  const [largest] = Object.keys(sizes).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  const detail = `what is kept of it is larger than ${LIMITS.kept} bytes in canonical form; send less`;
  throw new CountersignError('too_large', detail, { pointer: `/${largest ?? ''}`, limit: LIMITS.kept, size });
}
