import { checkKept } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';

/** What of a proposal its agent wrote, in the form in which it is kept. */
const WRITTEN = [
  ...['parameters', 'before', 'after', 'signals', 'context', 'preconditions', 'attestations', 'rationale'],
  ...['run_id', 'agent_version', 'model_id', 'on_behalf_of', 'target', 'supersedes', 'reverses', 'idempotency_key'],
] as const satisfies readonly (keyof ActionProposed)[];

/** @throws CountersignError `too_large` for a proposal of which the log has no room for what follows */
export const checkSize = (action: Pick<ActionProposed, (typeof WRITTEN)[number]>): void =>
  checkKept(Object.fromEntries(WRITTEN.map((name) => [`/${name}`, Buffer.byteLength(action[name] ?? '')])));
