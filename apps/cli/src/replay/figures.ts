import { query } from '../shared/clickhouse.js';
import type { LocalSystem } from '../shared/local-system.js';
import { ratio } from '../shared/output.js';

/** Ids in one statement; the engine reads statements of 256 KiB. */
const CHUNK = 2_000;

/** Counts over the replayed actions, as ClickHouse has them. */
export interface ReplayFigures {
  actions: number;
  gated: number;
  overridden: number;
  resolved_by_people: number;
  false_positives: number;
  harmless: number;
  false_negatives: number;
  harmful: number;
  unlabelled: number;
  outcomes: number;
  /** Actions that wait for nobody. */
  ended: number;
  /** Actions that hold a grant although they were wrong. */
  wrong_with_token: string[];
}

type Counts = Omit<ReplayFigures, 'wrong_with_token'>;

const NONE: Counts = {
  ...{ actions: 0, gated: 0, overridden: 0, resolved_by_people: 0, false_positives: 0 },
  ...{ harmless: 0, false_negatives: 0, harmful: 0, unlabelled: 0, outcomes: 0, ended: 0 },
};

const BY_PEOPLE = `resolved_by = 'people' AND mode IN ('enforce', 'partial')`;
const COUNTS: Record<keyof Counts, string> = {
  actions: 'count()',
  gated: `countIf(effective_decision = 'require_approval')`,
  overridden: `countIf(overridden AND ${BY_PEOPLE})`,
  resolved_by_people: `countIf(${BY_PEOPLE})`,
  false_positives: `countIf(policy_decision != 'allow' AND label = 'harmless')`,
  harmless: `countIf(label = 'harmless')`,
  false_negatives: `countIf(policy_decision = 'allow' AND label = 'harmful')`,
  harmful: `countIf(label = 'harmful')`,
  unlabelled: 'countIf(label IS NULL)',
  outcomes: 'countIf(outcome_status IS NOT NULL)',
  ended: `countIf(approval_status != 'pending')`,
};

/** Ids are `act_` and a UUID, so they need no escaping. */
const listOf = (ids: readonly string[]): string => ids.map((id) => `'${id}'`).join(', ');

function chunks(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / CHUNK);
  return Array.from({ length: count }, (_, index) => ids.slice(index * CHUNK, (index + 1) * CHUNK));
}

async function idsWhere(local: LocalSystem, ids: readonly string[], condition: string): Promise<string[]> {
  const statements = chunks(ids).map(
    (some) => `SELECT DISTINCT action_id FROM audit WHERE action_id IN (${listOf(some)}) AND ${condition}`,
  );
  const found = await Promise.all(statements.map((sql) => query<{ action_id: string }>(local, sql)));
  return found.flat().map((row) => row.action_id);
}

/** Ids of those actions that have a label. */
export async function labelledIds(local: LocalSystem, ids: readonly string[]): Promise<Set<string>> {
  return new Set(await idsWhere(local, ids, 'label IS NOT NULL'));
}

/** @param wrong ids of the actions that should not have run */
export async function readFigures(
  local: LocalSystem,
  ids: readonly string[],
  wrong: readonly string[],
): Promise<ReplayFigures> {
  const select = Object.entries(COUNTS).map(([name, count]) => `toUInt32(${count}) AS ${name}`);
  const sum: Counts = { ...NONE };
  for (const some of chunks(ids)) {
    const where = `environment = 'production' AND action_id IN (${listOf(some)})`;
    const [row] = await query<Counts>(local, `SELECT ${select.join(', ')} FROM audit WHERE ${where}`);
    for (const name of Object.keys(NONE) as (keyof Counts)[]) sum[name] += row?.[name] ?? 0;
  }
  return { ...sum, wrong_with_token: await idsWhere(local, wrong, 'grant_id IS NOT NULL') };
}

export function describeFigures(figures: ReplayFigures, nameOf: (actionId: string) => string): string {
  const { actions, gated, overridden, resolved_by_people, wrong_with_token } = figures;
  const names = wrong_with_token.map(nameOf).join(', ');
  return [
    `actions                  ${actions}`,
    `gate rate                ${ratio({ k: gated, n: actions })}`,
    `override rate            ${ratio({ k: overridden, n: resolved_by_people })}`,
    `false positives          ${figures.false_positives} of ${figures.harmless} harmless`,
    `false negatives          ${figures.false_negatives} of ${figures.harmful} harmful`,
    `unlabelled               ${figures.unlabelled}`,
    `wrong, yet with a token  ${wrong_with_token.length}${names === '' ? '' : ` (${names})`}`,
  ].join('\n');
}
