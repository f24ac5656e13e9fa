import type { Command } from 'commander';
import { signInReader } from '../shared/callers.js';
import { readLocalSystem } from '../shared/local-system.js';
import { ratio, show, table, type Cell } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  reviewer?: string;
  from?: string;
  to?: string;
  groupBy?: string;
  environment?: string;
  json?: boolean;
}

interface Rate {
  value: number | null;
  k: number;
  n: number;
}

interface Group {
  key: Record<string, Cell>;
  actions: number;
  gate_rate: Rate;
  override_rate: Rate;
  time_to_approve: { median_s: number | null; p95_s: number | null; n: number };
  sla_miss_rate: Rate;
  false_positive_rate: Rate;
  false_negative_rate: Rate;
  unlabelled: number;
}

interface Metrics {
  groups: Group[];
  reviewer_burden: { reviewer_id: string; day: string; actions: number; minutes: number | null }[];
}

const seconds = (value: number | null): string | null => (value === null ? null : `${value.toFixed(1)} s`);

function row(group: Group): Cell[] {
  const { time_to_approve: time } = group;
  return [
    Object.values(group.key).join(' / ') || 'all',
    group.actions,
    ratio(group.gate_rate),
    ratio(group.override_rate),
    seconds(time.median_s),
    seconds(time.p95_s),
    ratio(group.sla_miss_rate),
    ratio(group.false_positive_rate),
    ratio(group.false_negative_rate),
    group.unlabelled,
  ];
}

const HEADER = ['group', 'actions', 'gated', 'overridden', 'median', 'p95', 'SLA missed', 'FP', 'FN', 'unlabelled'];

function describe(metrics: Metrics): string {
  const burden = metrics.reviewer_burden.map((one) => [one.reviewer_id, one.day, one.actions, one.minutes?.toFixed(1)]);
  const people = table(['reviewer', 'day', 'actions', 'minutes'], burden);
  return `${table(HEADER, metrics.groups.map(row))}\n\n${people}`;
}

async function metrics(options: Options): Promise<void> {
  const local = await readLocalSystem();
  const { from, to, groupBy: group_by, environment } = options;
  const given = Object.entries({ from, to, group_by, environment });
  const query = new URLSearchParams(given.filter((entry): entry is [string, string] => entry[1] !== undefined));
  const answer = await (
    await signInReader(local, options.reviewer)
  ).telemetry.send({ method: 'GET', path: `/v1/metrics?${query}` });
  show(options.json, answer.body as unknown as Metrics, describe);
}

export function register(program: Command): void {
  program
    .command('metrics')
    .description('gate rate, override rate, time to approve, false positives and negatives, reviewer burden')
    .option('--reviewer <subject>', 'read as this person')
    .option('--from <time>', 'decided at or after (RFC 3339)')
    .option('--to <time>', 'decided before (RFC 3339)')
    .option('--group-by <names>', 'comma list: action_type, gate, policy_version, agent_version, model_id, day, …')
    .option('--environment <name>', 'staging, canary or production (default)')
    .option('--json', 'print the answer as it is')
    .action((options: Options) => run(options.json, () => metrics(options)));
}
