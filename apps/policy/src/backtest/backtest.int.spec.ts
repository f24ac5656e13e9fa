import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Module } from '@nestjs/common';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { sha256 } from '@countersign/canonical';
import { connectEngine, migrate } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { ReviewerAuth, startService } from '@countersign/service';
import type { RunningService, ServiceConfig } from '@countersign/service';
import { testEngine } from '@countersign/testing';
import { ExplainController } from '../explain/explain.controller.js';
import { PolicyHistory } from '../policy-history.js';
import type { PolicyFact } from '../policy-records.js';
import { ENGINE, POLICIES, REVIEWERS } from '../tokens.js';
import { BacktestController } from './backtest.controller.js';
import type { BacktestLine } from './run-backtest.js';
import type { Past } from './testing/recorded-history.js';
import { recordHistory } from './testing/recorded-history.js';

const policyText = (limit: string): string => `name: pay
action_types: { pay: { facts: { amount: { at: /parameters/amount, type: money, currency: USD, min: '0' } } } }
rules:
  - { name: small, when: 'amount < money("${limit}", "USD")', then: allow }
  - { name: rest, then: require_approval, gate: one }
gates: { one: { quorum: 1, roles: [finance] } }
fallback: one
`;

const config: ServiceConfig = {
  ...{ service: 'policy', instanceId: 'policy-test', host: '127.0.0.1', port: 0, kafkaBrokers: [], parentPid: null },
  ...{ logLevel: 'info', secretsDir: mkdtempSync(`${tmpdir()}/countersign-`), internalToken: 'internal' },
  macKeys: { intake: '', policy: '', approval: '', telemetry: '' },
};
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const START = Date.parse('2026-03-01T00:00:00.000Z');
const MINUTE = 60_000;

/** 2,500 actions, so that there is more than one page; some of one millisecond. */
const HISTORY: Past[] = Array.from({ length: 2_500 }, (_, i): Past => {
  const people = { handlingMs: 30_000 + (i % 3) * 30_000, waitedMs: i % 10 === 9 ? 70 * MINUTE : 5 * MINUTE };
  return {
    action_id: `act_${String(i).padStart(5, '0')}`,
    amount: i % 100 === 99 ? null : `${(i * 7) % 300}.50`,
    decidedMs: START + Math.floor(i / 3) * MINUTE,
    vote: { vote: i % 5 === 0 ? 'deny' : 'approve', ...people },
    ...(i % 2 === 0 && { outcome: 'executed' as const }),
    ...(i % 4 === 0 && { label: i % 8 === 0 ? ('harmful' as const) : ('harmless' as const) }),
  };
});
const STRANGER: Past = { action_id: 'act_stranger', amount: '250.00', decidedMs: START, tenant: 'other' };

let service: RunningService;
let engine: Engine;
let database: string;
const keys = createServer();
const history = new PolicyHistory();
const appended: PolicyFact[] = [];
const bearers: Record<string, string> = {};

async function signIn(): Promise<ReviewerAuth> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
  keys.on('request', (_request, response) => response.setHeader('content-type', 'application/json').end(jwks));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`;
  for (const tenant of ['acme', 'other']) {
    const token = new SignJWT({ tenant, roles: [] }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' });
    const whole = token.setIssuer(issuer).setAudience('countersign').setSubject('ann').setExpirationTime('5m');
    bearers[tenant] = `Bearer ${await whole.sign(privateKey)}`;
  }
  const claims = { tenant: 'tenant', roles: 'roles', name: 'name' };
  return new ReviewerAuth([{ issuer, jwks_uri: issuer, audience: 'countersign', algorithms: ['ES256'], claims }]);
}

function publish(content: string, at: number, isActive: boolean): void {
  const facts = { tenant: '*', name: 'pay', author: 'oli', note: null, published_at: at, parent: null, cases: null };
  const published = { ...facts, content, content_hash: sha256(content) };
  if (isActive) history.apply(published, at);
  else history.publish(published, at);
}

const append = (facts: readonly PolicyFact[]): Promise<void> => {
  appended.push(...facts);
  for (const { name, event } of facts) if (name === 'PolicyReported') history.reports.apply(event);
  return Promise.resolve();
};

beforeAll(async () => {
  const { url, user, password } = await testEngine();
  database = `b_${randomUUID().replaceAll('-', '')}`;
  await migrate({ url, username: user, password, database });
  engine = connectEngine({ url, username: user, password, database });
  publish(policyText('100.00'), 1_000, true);
  publish(policyText('200.00'), 2_000, false);
  await recordHistory(engine, [...HISTORY, STRANGER], [history.speaker('acme', 'pay', 1)!]);
  const providers = [
    { provide: POLICIES, useValue: { current: () => history, append } },
    { provide: REVIEWERS, useValue: await signIn() },
    { provide: ENGINE, useValue: engine },
  ];
  class Parts {}
  Module({ controllers: [BacktestController, ExplainController], providers })(Parts);
  service = await startService({ name: 'policy', module: Parts, config, log });
}, 60_000);
afterAll(async () => {
  await service.close();
  keys.close();
  await engine.command(`DROP DATABASE ${database}`);
  await engine.close();
});

const post = (body: object, tenant = 'acme', signal?: AbortSignal) =>
  fetch(`${service.url}/v1/policies/pay/backtest`, {
    ...{ method: 'POST', body: JSON.stringify({ since: '2026-01-01T00:00:00Z', ...body }), signal: signal ?? null },
    headers: { 'content-type': 'application/json', authorization: bearers[tenant] ?? '' },
  });
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
const get = async (path: string, tenant = 'acme') => {
  const answer = await fetch(service.url + path, { headers: { authorization: bearers[tenant] ?? '' } });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
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
    expect(history.reports.find('acme', 'pay', sha256(policyText('200.00')), 'backtest')).toMatchObject({
      ...{ result_hash, status: 'complete', actions: 2_500, reported_by: 'ann', against: sha256(policyText('100.00')) },
    });
    expect((await get('/v1/policies/pay/reports')).body['items']).toHaveLength(2);
  });

  it("reads only the caller's tenant, and says when that is too little", async () => {
    const { result } = resultOf(await linesOf(await post({ version: 2 }, 'other')));
    expect(result).toMatchObject({ actions: 1, status: 'insufficient_history', min_history: 200 });
    expect(history.reports.find('other', 'pay', sha256(policyText('200.00')), 'backtest')?.status).toBe(
      'insufficient_history',
    );
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

  it('stops when the caller hangs up, and lets the next one in', async () => {
    const before = appended.length;
    for (let i = 0; i < 3; i += 1) {
      const hangUp = new AbortController();
      const answer = await post({ version: 2 }, 'acme', hangUp.signal);
      await answer.body?.getReader().read();
      hangUp.abort();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(appended.length).toBe(before);
    expect(resultOf(await linesOf(await post({ version: 1 }))).result.actions).toBe(2_500);
  });
});

describe('an explanation of a recorded action', () => {
  it('evaluates it again and finds the record', async () => {
    const { status, body } = await get('/v1/policies/explain/act_00020');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ action_id: 'act_00020', equal: true, differences: [] },
      recorded: { policy_name: 'pay', policy_version: 1, rule: 'rest', gate: 'one', shadows: [] },
      decision: { rule: 'rest', effective_decision: 'require_approval', gate: { name: 'one' } },
      facts: [{ name: 'amount', status: 'known', stated_by: 'agent', value: { value: '140.50', currency: 'USD' } }],
      rules: [
        { rule: 'small', result: false, values: { amount: { value: '140.50' } } },
        { rule: 'rest', result: true },
      ],
    });
  });

  it('says what another version would have decided, and in what it differs', async () => {
    const { body } = await get('/v1/policies/explain/act_00020?version=2');
    expect(body).toMatchObject({
      ...{ equal: false, decision: { policy_version: 2, rule: 'small', effective_decision: 'allow' } },
      differences: ['policy_decision', 'effective_decision', 'policy_version', 'rule', 'gate', 'explanation'],
    });
    const other = await get('/v1/policies/explain/act_00020?version=1&policy=built-in');
    expect(other.body).toMatchObject({
      equal: false,
      decision: { policy_name: 'built-in', gate: { name: 'built-in' } },
    });
    expect((await get('/v1/policies/explain/act_00020?version=3')).status).toBe(404);
    expect((await get('/v1/policies/explain/act_00020?version=x')).status).toBe(422);
  });

  it("is of the caller's tenant only", async () => {
    expect((await get('/v1/policies/explain/act_00020', 'other')).status).toBe(404);
    expect((await get('/v1/policies/explain/act_stranger', 'other')).status).toBe(200);
  });

  it('shows what was unknown', async () => {
    const { body } = await get('/v1/policies/explain/act_00099');
    expect(body).toMatchObject({ equal: true, recorded: { unknown: ['/parameters/amount'] } });
    expect(body['facts']).toMatchObject([{ name: 'amount', status: 'missing', value: null }]);
  });
});
