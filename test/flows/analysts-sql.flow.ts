import type { JsonObject } from '@countersign/sdk';
import { eventually } from '@countersign/testing';
import { approve, deny, refund } from './support/proposals.js';
import { world } from './support/system.js';

/** The statements that the API contract prints, as they are printed. */
const OVERRIDES = `SELECT countIf(overridden) AS k, count() AS n, k / nullIf(n, 0) AS override_rate FROM audit
WHERE environment = 'production' AND mode IN ('enforce','partial') AND resolved_by = 'people';`;
const BURDEN = `SELECT reviewer_id, toDate(voted_at, 'UTC') AS day, uniqExact(action_id) AS actions, sum(handling_s)/60 AS minutes FROM votes WHERE environment = 'production' GROUP BY 1, 2;`;
const BALANCE = `SELECT countIf(policy_decision != 'allow' AND label = 'harmless') AS fp, countIf(policy_decision = 'allow' AND label = 'harmful') AS fn,
  fp / nullIf(countIf(label = 'harmless'), 0) AS fpr, fn / nullIf(countIf(label = 'harmful'), 0) AS fnr FROM audit WHERE environment = 'production';`;
const TIMES = `SELECT gate, count() AS n, quantileExactInclusive(0.5)(s) AS p50_s, quantileExactInclusive(0.95)(s) AS p95_s FROM
  (SELECT gate, date_diff('millisecond', opened_at, resolved_at) / 1000 - paused_s AS s FROM audit WHERE environment = 'production' AND resolved_by = 'people' AND approval_status = 'approved') GROUP BY gate;`;
const MISSES = `SELECT gate, countIf(ifNull(resolved_at, now64(3)) > respond_by) AS misses, count() AS n FROM audit WHERE respond_by <= now64(3) GROUP BY gate;`;

interface Rate {
  value: number | null;
  k: number;
  n: number;
}

interface Group {
  key: { gate?: string | null };
  override_rate: Rate;
  false_positives: number;
  false_negatives: number;
  false_positive_rate: Rate;
  false_negative_rate: Rate;
  time_to_approve: { median_s: number | null; p95_s: number | null; n: number };
}

interface Metrics {
  groups: Group[];
  reviewer_burden: { reviewer_id: string; day: string; actions: number; minutes: number | null }[];
}

async function metrics(query = ''): Promise<Metrics> {
  const answer = await (await world().person('ann')).telemetry.send({ method: 'GET', path: `/v1/metrics${query}` });
  return answer.body as unknown as Metrics;
}

/** The only row, with 64-bit counts (which come as text) as numbers. */
const numbers = (row: JsonObject | undefined): Record<string, number | null> =>
  Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, value === null ? null : Number(value)]));

async function label(actionId: string, name: 'harmful' | 'harmless'): Promise<void> {
  const path = `/v1/actions/${actionId}/labels`;
  const body = { label: name, source: 'audit', observed_at: new Date().toISOString(), note: null };
  await (await world().person('lou')).intake.send({ method: 'POST', path, body });
}

/** One approved and one denied refund, both harmless as it turns out, and one allowed and harmful. */
async function story(): Promise<void> {
  const [approved, denied] = [refund('450.00', { confidence: 0.9 }), refund('500.00', { confidence: 0.9 })];
  const [one, two] = [await world().decided(approved), await world().decided(denied)];
  const three = await world().decided(refund('40.00'));
  await world().vote('ann', one, approve);
  await world().vote('bob', two, deny);
  for (const [id, name] of [
    [one, 'harmless'],
    [two, 'harmless'],
    [three, 'harmful'],
  ] as const) {
    await label(id.action_id, name);
  }
  const ids = [one, two, three].map((action) => `'${action.action_id}'`).join(', ');
  await eventually(async () => {
    const rows = await world().rows(`SELECT 1 FROM audit WHERE action_id IN (${ids}) AND label IS NOT NULL`);
    expect(rows).toHaveLength(3);
  });
}

describe("the contract's SQL, run by the analyst", () => {
  beforeAll(story, 60_000);

  it('agrees with /v1/metrics on overrides and on false positives and negatives', async () => {
    const [overrides, balance] = [await world().rows<JsonObject>(OVERRIDES), await world().rows<JsonObject>(BALANCE)];
    const [group] = (await metrics()).groups;
    const { k, n, override_rate } = numbers(overrides[0]);
    expect(group?.override_rate).toEqual({ k, n, value: override_rate });
    expect(n).toBeGreaterThanOrEqual(2);
    const { fp, fn, fpr, fnr } = numbers(balance[0]);
    expect(group).toMatchObject({ false_positives: fp, false_negatives: fn });
    expect([group?.false_positive_rate.value, group?.false_negative_rate.value]).toEqual([fpr, fnr]);
    expect([fp, fn].every((count) => (count ?? 0) > 0)).toBe(true);
  });

  it('agrees on the time to approve of each gate', async () => {
    const rows = await world().rows<JsonObject>(TIMES);
    const groups = (await metrics('?group_by=gate')).groups.filter((group) => group.time_to_approve.n > 0);
    const fromApi = groups.map(({ key, time_to_approve: { n, median_s, p95_s } }) => [key.gate, n, median_s, p95_s]);
    const fromSql = rows.map(({ gate, n, p50_s, p95_s }) => [gate, Number(n), p50_s, p95_s]);
    expect(fromApi.sort()).toEqual(fromSql.sort());
    expect(fromSql.length).toBeGreaterThan(0);
  });

  it("agrees on reviewers' burden", async () => {
    const rows = await world().rows<JsonObject>(BURDEN);
    const fromSql = rows.map(({ reviewer_id, day, actions, minutes }) => [reviewer_id, day, Number(actions), minutes]);
    const { reviewer_burden } = await metrics();
    const fromApi = reviewer_burden.map(({ reviewer_id, day, actions, minutes }) => [
      reviewer_id,
      day,
      actions,
      minutes,
    ]);
    const round = (entry: unknown[]): string => JSON.stringify(entry.with(3, Number(Number(entry[3]).toFixed(6))));
    expect(fromApi.map(round).sort()).toEqual(fromSql.map(round).sort());
    expect(fromSql.length).toBeGreaterThan(0);
  });

  it('counts missed deadlines without an error', async () => {
    await expect(world().rows(MISSES)).resolves.toEqual(expect.any(Array));
  });

  it('may not write, nor read what is not an analyst’s', async () => {
    await expect(world().rows('INSERT INTO events (topic) VALUES (1)')).rejects.toThrow(/ClickHouse/);
    await expect(world().rows('DROP TABLE events')).rejects.toThrow(/ClickHouse/);
    await expect(world().rows("SELECT * FROM file('/etc/passwd', 'LineAsString')")).rejects.toThrow(/ClickHouse/);
  });
});
