import type { Command } from 'commander';
import { signInReader } from '../shared/callers.js';
import { readLocalSystem } from '../shared/local-system.js';
import { show, table } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  reviewer?: string;
  asOf?: string;
  json?: boolean;
}

interface AuditedAction {
  action_id: string;
  action_type: string;
  decision: { policy_decision?: string; rule?: string | null } | null;
  approval: { status: string; reviewer_id: string | null; reason: string | null } | null;
  outcome_status: string | null;
}

interface AuditedRun {
  run_id: string;
  actions: AuditedAction[];
}

function describe(audited: AuditedRun): string {
  const rows = audited.actions.map(({ action_id, action_type, decision, approval, outcome_status }) => [
    action_id,
    action_type,
    decision?.policy_decision,
    decision?.rule,
    approval?.status,
    approval?.reviewer_id,
    approval?.reason,
    outcome_status,
  ]);
  return table(['action', 'type', 'policy', 'rule', 'approval', 'reviewer', 'reason', 'outcome'], rows);
}

async function audit(runId: string, options: Options): Promise<void> {
  const local = await readLocalSystem();
  const query = options.asOf === undefined ? '' : `?as_of=${encodeURIComponent(options.asOf)}`;
  const path = `/v1/audit/runs/${encodeURIComponent(runId)}${query}`;
  const answer = (await (await signInReader(local, options.reviewer)).telemetry.send({ method: 'GET', path })).body;
  const audited = answer as unknown as AuditedRun;
  show(options.json, audited, describe);
}

export function register(program: Command): void {
  program
    .command('audit')
    .description('what happened in a run: decision, votes, outcome of each action')
    .argument('<run_id>')
    .option('--reviewer <subject>', 'read as this person')
    .option('--as-of <time>', 'as it was known then (RFC 3339)')
    .option('--json', 'print the answer as it is')
    .action((runId: string, options: Options) => run(options.json, () => audit(runId, options)));
}
