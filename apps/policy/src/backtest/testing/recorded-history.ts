import { ACTION_TABLES, deriveWith } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { actionOf, evaluate, policySetOf } from '@countersign/policy';
import type { PolicyVersion } from '@countersign/policy';

/** One action of a made-up past. */
export interface Past {
  readonly action_id: string;
  /** Plain decimal, US dollars; null leaves the amount out. */
  readonly amount: string | null;
  /** UTC epoch milliseconds. */
  readonly decidedMs: number;
  readonly tenant?: string;
  /** `ActionProposed.attestations`. */
  readonly attestations?: string;
  /** What people said, how long they took, and when, after the request was opened. */
  readonly vote?: { readonly vote: 'approve' | 'deny'; readonly handlingMs: number; readonly waitedMs: number };
  readonly outcome?: 'executed' | 'rolled_back';
  readonly label?: 'harmful' | 'harmless';
}

const TYPES = { parameters: '', before: null, after: null, signals: null, on_behalf_of: null, target: null };
const RESPOND_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

function proposal(past: Past): Parameters<typeof actionOf>[0] & object {
  const { action_id, amount, decidedMs, tenant = 'acme' } = past;
  const parameters = JSON.stringify(amount === null ? {} : { amount: { value: amount, currency: 'USD' } });
  const facts = { tenant, action_id, agent_id: 'bot', agent_version: 'v1', model_id: 'm1', action_type: 'pay' };
  const where = { environment: 'production', confidence: null, submitted_at: decidedMs - 20, body_hash: 'sha256:b' };
  const money = { amount_value: amount, amount_currency: amount && 'USD' };
  return { ...TYPES, ...facts, ...where, ...money, parameters, attestations: past.attestations ?? null };
}

type Fact = readonly [type: string, topic: string, atMs: number, payload: object];

/** The facts of one action as the topics would carry them, decided by these policies. */
function factsOf(past: Past, speakers: readonly PolicyVersion[]): Fact[] {
  const { decidedMs: at, vote, outcome, label } = past;
  const proposed = proposal(past);
  const { trail, gate, ...said } = evaluate(policySetOf(speakers), past.tenant ?? 'acme', actionOf(proposed));
  const names = { gate: gate?.name ?? null, gate_pattern: gate?.pattern ?? null };
  const decided = { ...proposed, ...said, ...names, explanation: JSON.stringify(trail), decided_at: at };
  const request = { request_id: `req_${past.action_id}`, request_kind: 'approval' };
  const opened = { ...request, opened_at: at, respond_by: at + RESPOND_MS, expires_at: at + 3 * RESPOND_MS };
  const end = at + (vote?.waitedMs ?? 0);
  const voted = {
    ...opened,
    environment: 'production',
    vote_id: `vote_${past.action_id}`,
    reviewer_id: 'ann',
    vote: vote?.vote,
  };
  const shown = { shown_at: end - (vote?.handlingMs ?? 0), voted_at: end, counted: true, resolving: true };
  const status = vote?.vote === 'deny' ? 'denied' : 'approved';
  const resolved = {
    ...opened,
    ...names,
    status,
    resolved_by: 'people',
    resolved_at: end,
    paused_ms: 0,
    changed: false,
  };
  const list: (Fact | false)[] = [
    ['ActionProposed', 'actions', at - 10, proposed],
    ['DecisionRecorded', 'decisions', at, decided],
    gate !== null && ['RequestOpened', 'approvals', at, opened],
    gate !== null && vote !== undefined && ['VoteRecorded', 'approvals', end, { ...voted, ...shown }],
    gate !== null && vote !== undefined && ['RequestResolved', 'approvals', end, resolved],
    outcome !== undefined && ['OutcomeRecorded', 'outcomes', end + 10, { status: outcome, post_checks_failed: 0 }],
    label !== undefined && ['LabelRecorded', 'labels', end + 20, { label, label_id: `lab_${past.action_id}` }],
  ];
  return list.filter((fact) => fact !== false);
}

/** Puts a past into the sink and derives its tables, as telemetry would. */
export async function recordHistory(
  engine: Engine,
  pasts: readonly Past[],
  speakers: readonly PolicyVersion[],
): Promise<void> {
  const rows = pasts.flatMap((past) =>
    factsOf(past, speakers).map(([type, topic, atMs, payload]) => ({
      ...{ topic, partition: 0, type, schema_version: 1, time: iso(atMs), recorded_at: iso(atMs) },
      ...{ tenant: past.tenant ?? 'acme', action_id: past.action_id, payload: JSON.stringify(payload) },
    })),
  );
  const placed = rows.map((row, offset) => ({ ...row, offset, event_id: `event-${offset}` }));
  await engine.insert('event_rows', placed, `history-${rows.length}`);
  const derive = deriveWith(engine);
  for (const table of ACTION_TABLES)
    await derive.refresh(
      table,
      pasts.map(({ action_id }) => action_id),
    );
}
