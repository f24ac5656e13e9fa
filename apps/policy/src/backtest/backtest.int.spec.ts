import { sha256 } from '@countersign/canonical';
import { testEngine } from '@countersign/testing';
import type { BacktestLine } from './run-backtest.js';
import { HISTORY, MINUTE, policyText, startEvidence } from './testing/evidence-service.js';
import type { EvidenceService } from './testing/evidence-service.js';
import type { Past } from './testing/recorded-history.js';

let evidence: EvidenceService;
beforeAll(async () => {
  evidence = await startEvidence(await testEngine());
}, 60_000);
afterAll(() => evidence.close());

const post = (body: object, tenant = 'acme', signal?: AbortSignal): Promise<Response> =>
  evidence.post('/v1/policies/pay/backtest', { since: '2026-01-01T00:00:00Z', ...body }, tenant, signal);
const linesOf = async (response: Response): Promise<BacktestLine[]> =>
  (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BacktestLine);
const resultOf = (lines: readonly BacktestLine[]) => {
  const last = lines.at(-1);
  if (last && 'result' in last) return last;
  throw new Error(JSON.stringify(last));
};
describe('a backtest over the recorded history', () => {
  it('finds no difference for the active version, over every page', async () => {
    const lines = await linesOf(await post({ version: 1 }));
    expect(lines.filter((line) => 'progress' in line)).toEqual([
      { progress: { done: 0, total: 2_500 } },
      { progress: { done: 2_000, total: 2_500 } },
      { progress: { done: 2_500, total: 2_500 } },
    ]);
    const reproduced = { k: 2_500, n: 2_500 };
    expect(resultOf(lines).result).toMatchObject({ actions: 2_500, changed: 0, reproduced, status: 'complete' });
  });

  it('says what a looser text would let run, with the times and the verdicts of people', async () => {
    const lines = await linesOf(await post({ content: policyText('200.00') }));
    const { result, result_hash } = resultOf(lines);
    const newly = HISTORY.filter(({ amount }) => amount !== null && Number(amount) >= 100 && Number(amount) < 200);
    const cents = newly.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
    expect(result).toMatchObject({
      changed: newly.length,
      newly_auto: {
        actions: newly.length,
        denied_by_people: newly.filter(({ vote }) => vote?.vote === 'deny').length,
        labelled_harmful: newly.filter(({ label }) => label === 'harmful').length,
        money: [{ value: (cents / 100).toFixed(2).replace(/0$/, ''), currency: 'USD' }],
      },
      gates: [{ gate: 'one', median_handling_s: '60.000' }],
    });
    const gated = HISTORY.filter(({ amount }) => amount === null || Number(amount) >= 100);
    const minutes = (pasts: readonly Past[]) =>
      pasts.reduce((sum, { vote }) => sum + (vote?.handlingMs ?? 0), 0) / MINUTE;
    const late = (pasts: readonly Past[]) => pasts.filter(({ vote }) => (vote?.waitedMs ?? 0) > 60 * MINUTE).length;
    const kept = gated.filter((one) => !newly.includes(one));
    expect(result.gates[0]?.before).toEqual({
      ...{ actions: gated.length, estimated: 0, minutes: minutes(gated).toFixed(2), sla_misses: late(gated) },
    });
    expect(result.gates[0]?.after).toMatchObject({ actions: kept.length, minutes: minutes(kept).toFixed(2) });
    const changes = lines.flatMap((line) => ('changes' in line ? line.changes : []));
    expect(changes.map(({ action_id }) => action_id)).toEqual(newly.map(({ action_id }) => action_id).sort());
    // The text is version 2: the same bytes give the same hash, and the log keeps the report.
    expect(resultOf(await linesOf(await post({ version: 2 }))).result_hash).toBe(result_hash);
    expect(evidence.history.reports.find('acme', 'pay', sha256(policyText('200.00')), 'backtest')).toMatchObject({
      ...{ result_hash, status: 'complete', actions: 2_500, reported_by: 'ann', against: sha256(policyText('100.00')) },
    });
    expect((await evidence.get('/v1/policies/pay/reports')).body['items']).toHaveLength(2);
  });

  it("reads only the caller's tenant, and says when that is too little", async () => {
    const { result } = resultOf(await linesOf(await post({ version: 2 }, 'other')));
    expect(result).toMatchObject({ actions: 1, status: 'insufficient_history', min_history: 200 });
    expect(evidence.history.reports.find('other', 'pay', sha256(policyText('200.00')), 'backtest')?.status).toBe(
      'insufficient_history',
    );
  });

  it('is run by authors and risk owners: its report is evidence for an activation', async () => {
    const kept = evidence.appended.length;
    expect((await evidence.post('/v1/policies/pay/backtest', { version: 1 }, 'reader')).status).toBe(403);
    expect(evidence.appended).toHaveLength(kept);
  });

  it('refuses what is no candidate before it answers anything', async () => {
    const codes = async (body: object) => {
      const answer = await post(body);
      return [answer.status, ((await answer.json()) as { type: string }).type.split(':').at(-1)];
    };
    expect(await codes({ version: 7 })).toEqual([404, 'not_found']);
    expect(await codes({ content: 'name: pay' })).toEqual([422, 'invalid_policy']);
    expect(await codes({ content: policyText('1.00').replace('name: pay', 'name: other') })).toEqual([
      422,
      'invalid_policy',
    ]);
    expect(await codes({})).toEqual([422, 'invalid_request']);
    expect(await codes({ version: 1, since: 'yesterday' })).toEqual([422, 'invalid_request']);
    expect((await post({ version: 1 }, 'nobody')).status).toBe(401);
  });

  it('has places for each tenant, so that one does not take those of all', async () => {
    const [one, two, three, other] = await Promise.all([
      post({ version: 1 }),
      post({ version: 1 }),
      post({ version: 1 }),
      post({ version: 2 }, 'other'),
    ]);
    const refused = [one, two, three].filter(({ status }) => status === 429);
    expect([refused.length, refused[0]?.headers.get('retry-after'), other.status]).toEqual([1, '5', 201]);
    await Promise.all([one, two, three, other].map((answer) => answer.text()));
    expect((await linesOf(await post({ version: 1 }))).length).toBeGreaterThan(0);
  });

  it('stops when the caller hangs up, and lets the next one in', async () => {
    const before = evidence.appended.length;
    for (let i = 0; i < 3; i += 1) {
      const hangUp = new AbortController();
      const answer = await post({ version: 2 }, 'acme', hangUp.signal);
      await answer.body?.getReader().read();
      hangUp.abort();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(evidence.appended.length).toBe(before);
    expect(resultOf(await linesOf(await post({ version: 1 }))).result.actions).toBe(2_500);
  });
});
