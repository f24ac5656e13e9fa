import type { JsonValue } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import type { Cast } from './cast.js';

const VISIBLE_WITHIN_MS = 30_000;
const POLL_MS = 200;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function auditedActions(cast: Cast, runId: string): Promise<JsonObject[]> {
  const reader = await cast.person('ann');
  const path = `/v1/audit/runs/${encodeURIComponent(runId)}`;
  const answer = await reader.telemetry.send({ method: 'GET', path }).catch(() => null);
  return ((answer?.body as JsonObject | undefined)?.['actions'] as JsonObject[] | undefined) ?? [];
}

/** The action of a run once its outcome is in the audit. @throws Error when it does not show within 30 s */
export async function auditedAction(cast: Cast, runId: string): Promise<JsonObject> {
  const deadline = Date.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const [action] = await auditedActions(cast, runId);
    if (action !== undefined && (action['result'] ?? null) !== null) return action;
    if (Date.now() > deadline) throw new Error(`Run ${runId} is not in the audit after 30 s.`);
    await sleep(POLL_MS);
  }
}

/** What an auditor asks first of an action, in the order in which one reads it. */
export function snippetOf(action: JsonObject): JsonObject {
  const pick = (from: JsonValue | undefined, ...names: string[]): JsonObject => {
    const source = (from ?? {}) as JsonObject;
    return Object.fromEntries(names.map((name) => [name, source[name] ?? null]));
  };
  return {
    ...pick(action, 'run_id', 'agent_version', 'model_id', 'action_type', 'input', 'diff'),
    approval: pick(action['approval'], 'status', 'reviewer_id', 'timestamp', 'reason'),
    ...pick(action, 'result'),
  };
}
