import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Module } from '@nestjs/common';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { sha256 } from '@countersign/canonical';
import { connectEngine, migrate } from '@countersign/clickhouse';
import { PolicyHistory } from '@countersign/policy';
import { ReviewerAuth, startService } from '@countersign/service';
import type { ServiceConfig } from '@countersign/service';
import { ExplainController } from '../../explain/explain.controller.js';
import { ChangeSeal } from '../../lifecycle/change-seal.js';
import { NO_DRAWS } from '../../draws/draw-source.js';
import type { PolicyFact } from '../../policy-records.js';
import { PAST, POLICIES } from '../../tokens.js';
import { BacktestController } from '../backtest.controller.js';
import type { Past } from './recorded-history.js';
import { recordHistory } from './recorded-history.js';

/** Version 1 has a limit of 100.00, version 2 of 200.00. */
export const policyText = (limit: string): string => `name: pay
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
export const MINUTE = 60_000;

/** 2,500 actions, so that there is more than one page; some of one millisecond. */
export const HISTORY: Past[] = Array.from({ length: 2_500 }, (_, i): Past => {
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

/** The routes of backtest and explain over a made-up past, for two tenants. */
export interface EvidenceService {
  readonly history: PolicyHistory;
  /** What was written to the log. */
  readonly appended: readonly PolicyFact[];
  post(path: string, body: object, tenant?: string, signal?: AbortSignal): Promise<Response>;
  get(path: string, tenant?: string): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): Promise<void>;
}

interface Issuer {
  readonly auth: ReviewerAuth;
  /** `Authorization` by the person's name. */
  readonly bearers: Readonly<Record<string, string>>;
  close(): void;
}

/** By name: tenant and role. */
const PEOPLE = [
  ['acme', 'acme', 'policy-author'],
  ['other', 'other', 'risk-owner'],
  ['reader', 'acme', 'finance'],
] as const;

async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
  const keys = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(jwks));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`;
  const bearers: Record<string, string> = {};
  for (const [name, tenant, role] of PEOPLE) {
    const token = new SignJWT({ tenant, roles: [role] }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' });
    const whole = token.setIssuer(issuer).setAudience('countersign').setSubject('ann').setExpirationTime('5m');
    bearers[name] = `Bearer ${await whole.sign(privateKey)}`;
  }
  const claims = { tenant: 'tenant', roles: 'roles', name: 'name' };
  const one = { issuer, jwks_uri: issuer, audience: 'countersign', algorithms: ['ES256'], claims };
  return { auth: new ReviewerAuth([one]), bearers, close: () => keys.close() };
}

function twoVersions(): PolicyHistory {
  const history = new PolicyHistory();
  const facts = { tenant: '*', name: 'pay', author: 'oli', note: null, parent: null, cases: null };
  const published = (content: string, published_at: number) =>
    ({ ...facts, content, content_hash: sha256(content), published_at }) as const;
  history.apply(published(policyText('100.00'), 1_000), 1_000);
  history.publish(published(policyText('200.00'), 2_000), 2_000);
  return history;
}

/** A user who may create databases. */
interface EngineAccess {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

async function startDatabase(history: PolicyHistory, { url, user, password }: EngineAccess) {
  const database = `b_${randomUUID().replaceAll('-', '')}`;
  await migrate({ url, username: user, password, database });
  const engine = connectEngine({ url, username: user, password, database });
  await recordHistory(engine, [...HISTORY, STRANGER], [history.speaker('acme', 'pay', 1)!]);
  const close = async (): Promise<void> => {
    await engine.command(`DROP DATABASE ${database}`);
    await engine.close();
  };
  return { engine, close };
}

export async function startEvidence(access: EngineAccess): Promise<EvidenceService> {
  const [history, appended] = [twoVersions(), [] as PolicyFact[]];
  const append = (facts: readonly PolicyFact[]): Promise<void> => {
    appended.push(...facts);
    for (const { name, event } of facts) if (name === 'PolicyReported') history.reports.apply(event);
    return Promise.resolve();
  };
  const [issuer, database] = [await startIssuer(), await startDatabase(history, access)];
  const providers = [
    { provide: POLICIES, useValue: { current: () => history, append } },
    { provide: PAST, useValue: { engine: database.engine, draws: NO_DRAWS, seal: new ChangeSeal(config.macKeys) } },
  ];
  class Parts {}
  Module({ controllers: [BacktestController, ExplainController], providers })(Parts);
  const service = await startService({
    ...{ name: 'policy', module: Parts, config, log },
    authenticators: { reviewers: issuer.auth },
  });
  const authorization = (tenant: string): string => issuer.bearers[tenant] ?? '';
  return {
    history,
    appended,
    post: (path, body, tenant = 'acme', signal) =>
      fetch(service.url + path, {
        ...{ method: 'POST', body: JSON.stringify(body), signal: signal ?? null },
        headers: { 'content-type': 'application/json', authorization: authorization(tenant) },
      }),
    get: async (path, tenant = 'acme') => {
      const answer = await fetch(service.url + path, { headers: { authorization: authorization(tenant) } });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    close: async () => {
      await service.close();
      issuer.close();
      await database.close();
    },
  };
}
