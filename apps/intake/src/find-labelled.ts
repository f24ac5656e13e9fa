import type { Logger } from '@countersign/service';
import type { ApprovalClient } from './approval-client.js';

/** What a label repeats of its action. */
export interface LabelledAction {
  readonly action_id: string;
  readonly run_id: string;
  readonly agent_id: string;
  readonly action_type: string;
  readonly environment: string;
}

export interface LabelSources {
  readonly approval: ApprovalClient;
  /** Address of telemetry; null when there is none to ask. */
  readonly telemetryUrl: string | null;
  readonly log: Logger;
}

export interface Search {
  readonly action_id: string;
  readonly tenant: string;
  /** The labeller's own `Authorization` header: telemetry decides what that person may read. */
  readonly authorization: string;
}

const TIMEOUT_MS = 5_000;
const MEMBERS = ['action_id', 'run_id', 'agent_id', 'action_type', 'environment'] as const;

/**
 * The action that a label is about: from approval, or from the audit when approval has forgotten it, since labels may come
 * weeks after. Null when the tenant has no such action.
 * @throws CountersignError `overloaded` when approval does not answer
 */
export async function findLabelled(search: Search, sources: LabelSources): Promise<LabelledAction | null> {
  const scope = { tenant: search.tenant, agent_id: null };
  const watch = { action_id: search.action_id, scope, waitMs: 0, until: 'decision', token: false } as const;
  const known = await sources.approval.watch(watch);
  return labelled({ ...known?.document, ...known }) ?? (await fromAudit(search, sources));
}

async function fromAudit(
  { action_id, authorization }: Search,
  { telemetryUrl, log }: LabelSources,
): Promise<LabelledAction | null> {
  if (telemetryUrl === null) return null;
  try {
    const url = `${telemetryUrl}/v1/audit/actions?action_id=${encodeURIComponent(action_id)}&limit=1`;
    const response = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { items = [] } = (await response.json()) as { items?: Record<string, unknown>[] };
    return labelled(items.find((item) => item['action_id'] === action_id) ?? {});
  } catch (fault) {
    log.warn('audit does not answer', { action_id, fault });
    return null;
  }
}

function labelled(facts: Readonly<Record<string, unknown>>): LabelledAction | null {
  const values = MEMBERS.map((member) => facts[member]);
  if (!values.every((value) => typeof value === 'string')) return null;
  return Object.fromEntries(MEMBERS.map((member) => [member, facts[member]])) as unknown as LabelledAction;
}
