import { query } from '../shared/clickhouse.js';
import type { LocalSystem } from '../shared/local-system.js';
import { ratio, table } from '../shared/output.js';

interface Summary {
  actions: number;
  gated: number;
  overridden: number;
  by_people: number;
}

interface GateTime {
  gate: string;
  n: number;
  p50_s: number | null;
  p95_s: number | null;
}

interface Burden {
  reviewer_id: string;
  actions: number;
}

const SUMMARY = `SELECT toUInt32(count()) AS actions, toUInt32(countIf(effective_decision = 'require_approval')) AS gated,
  toUInt32(countIf(overridden AND resolved_by = 'people' AND mode IN ('enforce', 'partial'))) AS overridden,
  toUInt32(countIf(resolved_by = 'people' AND mode IN ('enforce', 'partial'))) AS by_people
FROM audit WHERE environment = 'production'`;

const TIMES = `SELECT gate, toUInt32(count()) AS n, quantileExactInclusive(0.5)(s) AS p50_s,
  quantileExactInclusive(0.95)(s) AS p95_s
FROM (SELECT gate, date_diff('millisecond', opened_at, resolved_at) / 1000 - paused_s AS s FROM audit
  WHERE environment = 'production' AND resolved_by = 'people' AND approval_status = 'approved')
GROUP BY gate ORDER BY gate`;

const BURDEN = `SELECT reviewer_id, toUInt32(uniqExact(action_id)) AS actions FROM votes
WHERE environment = 'production' AND toDate(voted_at, 'UTC') = toDate(now64(3), 'UTC')
GROUP BY reviewer_id ORDER BY actions DESC, reviewer_id`;

const seconds = (value: number | null): string => (value === null ? '–' : `${value.toFixed(2)} s`);

/** The figures of everything in this system so far, production only, read from ClickHouse as the analyst. */
export async function figures(local: LocalSystem): Promise<string> {
  const [summary] = await query<Summary>(local, SUMMARY);
  const times = await query<GateTime>(local, TIMES);
  const burden = await query<Burden>(local, BURDEN);
  const { actions = 0, gated = 0, overridden = 0, by_people = 0 } = summary ?? {};
  const rows = times.map(({ gate, n, p50_s, p95_s }) => [gate, n, seconds(p50_s), seconds(p95_s)]);
  return [
    `gate rate      ${ratio({ k: gated, n: actions })}`,
    `override rate  ${ratio({ k: overridden, n: by_people })}`,
    '',
    table(['time to approve', 'n', 'median', 'p95'], rows),
    '',
    table(
      ['reviewer today', 'actions'],
      burden.map((one) => [one.reviewer_id, one.actions]),
    ),
  ].join('\n');
}
