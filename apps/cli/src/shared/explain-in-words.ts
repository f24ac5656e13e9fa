import type { JsonValue } from '@countersign/canonical';
import type { FactExplanation, TrailEntry } from '@countersign/policy';
import { list, table, type Cell } from './output.js';

/** What a decision says, recorded or made again. */
interface Saying {
  policy_name: string;
  policy_version: number;
  policy_decision: string;
  effective_decision: string;
  mode: string;
  rule: string | null;
  segment: string | null;
  unproven: string | null;
  unknown: readonly string[];
}

/** Answer of `GET /v1/policies/explain/{action_id}`. */
export interface ExplainedAction {
  action_id: string;
  recorded: Saying & {
    gate: string | null;
    action_type: string;
    decided_at: number;
    explanation: readonly TrailEntry[];
    shadows: readonly {
      policy_name: string;
      policy_version: number;
      policy_decision: string;
      rule: string | null;
      gate: string | null;
    }[];
  };
  decision: Saying & { gate: { name: string } | null; trail: readonly TrailEntry[] };
  equal: boolean;
  differences: readonly string[];
  facts: readonly FactExplanation[];
  classification: readonly TrailEntry[];
  cells: readonly { cell: string; approval: string; gate: string | null }[];
  rules: readonly TrailEntry[];
}

const VERDICTS: Readonly<Record<string, string>> = {
  allow: 'runs by itself',
  require_approval: 'waits for people',
  deny: 'may not run',
};

const valueInWords = (value: JsonValue): string => {
  if (value === null) return 'unknown';
  if (typeof value === 'object' && !Array.isArray(value) && 'value' in value && 'currency' in value)
    return `${String(value['value'])} ${String(value['currency'])}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const answers = (result: boolean | null): string => (result === null ? 'cannot be told' : result ? 'yes' : 'no');

const stepRow = ({ rule, condition, result, values, gate, error }: TrailEntry): Cell[] => [
  rule,
  answers(result),
  condition.replaceAll(/\s+/g, ' '),
  Object.entries(values)
    .map(([name, value]) => `${name} = ${valueInWords(value)}`)
    .join(', '),
  error ?? gate,
];
const steps = (name: string, entries: readonly TrailEntry[]): string =>
  table([name, 'holds', 'condition', 'values', 'gate'], entries.map(stepRow));

const STATUS: Readonly<Record<FactExplanation['status'], string>> = {
  known: 'known',
  missing: 'missing',
  not_comparable: 'not comparable',
  other_source: 'stated by somebody else',
};

const facts = (all: readonly FactExplanation[]): string =>
  table(
    ['fact', 'value', 'read as', 'stated by', 'from'],
    all.map(({ name, value, status, stated_by, pointer }) => [
      name,
      valueInWords(value),
      STATUS[status],
      stated_by,
      pointer,
    ]),
  );

function said(saying: Saying, gate: string | null): string {
  const { policy_name, policy_version, policy_decision, effective_decision, mode, rule } = saying;
  const why = rule === null ? 'the matrix or the fallback' : `rule ${rule}`;
  const bound =
    effective_decision === policy_decision ? '' : `; the rules say: ${VERDICTS[policy_decision] ?? policy_decision}`;
  const at = gate === null ? '' : ` at gate ${gate}`;
  return `${VERDICTS[effective_decision] ?? effective_decision}${at}, by ${why} of ${policy_name}@${policy_version} (${mode})${bound}`;
}

function summary({ action_id, recorded, decision, equal, differences }: ExplainedAction): string {
  const same = equal ? 'the same, with the same reasons' : `differs in ${differences.join(', ')}`;
  return list([
    ['action', `${action_id} (${recorded.action_type}), decided ${new Date(recorded.decided_at).toISOString()}`],
    ['recorded', said(recorded, recorded.gate)],
    [`by ${decision.policy_name}@${decision.policy_version}`, said(decision, decision.gate?.name ?? null)],
    ['compared with the record', same],
    ['unknown', decision.unknown.join(', ') || 'nothing'],
    ...(decision.segment === null ? [] : [['rollout', decision.segment] as const]),
    ...(decision.unproven === null ? [] : [['evidence', decision.unproven] as const]),
  ]);
}

function shadows({ recorded }: ExplainedAction): string {
  const rows = recorded.shadows.map((one) => [
    `${one.policy_name}@${one.policy_version}`,
    VERDICTS[one.policy_decision] ?? one.policy_decision,
    one.gate,
    one.rule,
  ]);
  return table(['in shadow', 'said', 'gate', 'rule'], rows);
}

/** Why an action was decided as it was: what was read, what was asked, and what came of it. */
export function explainInWords(explained: ExplainedAction): string {
  const { classification, cells, rules, decision } = explained;
  return [
    summary(explained),
    ...(explained.recorded.shadows.length > 0 ? [shadows(explained)] : []),
    facts(explained.facts),
    ...(classification.length > 0 ? [steps('class', classification)] : []),
    ...(cells.length > 0
      ? [
          table(
            ['cell', 'approval', 'gate'],
            cells.map(({ cell, approval, gate }) => [cell, approval, gate]),
          ),
        ]
      : []),
    steps('rule', rules),
    steps('what decided', decision.trail),
  ].join('\n\n');
}
