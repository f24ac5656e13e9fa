import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { sha256 } from '@countersign/canonical';
import { connectEngine } from '@countersign/clickhouse';
import { encode } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { PolicyHistory } from '@countersign/policy';
import { InternalClient, ReviewerAuth, startService } from '@countersign/service';
import type { RunningService, ServiceConfig } from '@countersign/service';
import { Lifecycle } from './lifecycle/lifecycle.js';
import { Redemptions } from './lifecycle/redemption.js';
import { PolicyModule } from './policy.module.js';
import { Velocity } from './velocity/velocity.js';
import { NO_DENIALS } from './denials/denial-log.js';
import { NO_DRAWS } from './draws/draw-source.js';

const CONTENT = `name: pay
action_types: { pay: { facts: { n: { at: /parameters/n, type: number } } } }
rules:
  - { name: small, when: n < 10.0, then: allow }
  - { name: rest, then: require_approval, gate: two }
gates: { two: { quorum: 2, roles: [finance] } }
fallback: two
`;

/** Another policy of the same type, which says that amounts are in minor units. */
const CENTS = `name: cents
action_types: { pay: { facts: { amount: { at: /parameters/amount, type: money, currency: USD, minor_units: true } } } }
rules: [{ name: rest, then: require_approval, gate: one }]
gates: { one: { quorum: 1, roles: [finance] } }
fallback: one
`;

const config: ServiceConfig = {
  ...{
    service: 'policy',
    instanceId: 'policy-test',
    host: '127.0.0.1',
    port: 0,
    kafkaBrokers: [],
    parentPid: null,
    logLevel: 'info',
  },
  ...{ secretsDir: mkdtempSync(`${tmpdir()}/countersign-`), internalToken: 'internal' },
  macKeys: { intake: '', policy: '', approval: '', telemetry: '' },
};
/** Where nothing listens: these routes ask nobody else. */
const NOBODY = 'http://127.0.0.1:9';
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let service: RunningService;
let token: string;
const history = new PolicyHistory();
const keys = createServer();

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
  keys.on('request', (_request, response) => response.setHeader('content-type', 'application/json').end(jwks));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const jwks_uri = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`;
  const claims = { tenant: 'tenant', roles: 'roles', name: 'name' };
  const reviewers = new ReviewerAuth([
    { issuer: 'https://people', jwks_uri, audience: 'countersign', algorithms: ['ES256'], claims },
  ]);
  const signer = new SignJWT({ tenant: 'acme', roles: [] }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' });
  token = await signer
    .setIssuer('https://people')
    .setAudience('countersign')
    .setSubject('ann')
    .setExpirationTime('5m')
    .sign(privateKey);
  const facts = { tenant: '*', name: 'pay', author: 'oli', note: null, published_at: 1_000, parent: null, cases: null };
  history.apply({ ...facts, content: CONTENT, content_hash: sha256(CONTENT) }, 1_000);
  const append = () => Promise.resolve([]);
  const policies = { current: () => history, append: () => Promise.resolve() };
  const approval = new InternalClient({ urls: [NOBODY], token: 'internal', log });
  const redemptions = new Redemptions({ approvalUrls: [NOBODY], issuer: NOBODY, keyOf: () => null, approval });
  const module = PolicyModule.of({
    policies,
    engine: connectEngine({ url: NOBODY, username: 'policy', password: '', database: 'none' }),
    reach: null,
    draws: NO_DRAWS,
    denials: NO_DENIALS,
    lifecycle: new Lifecycle({
      policies,
      redemptions,
      roster: () => null,
      sharedTenant: null,
      floor: { requires: [], minHistory: 0 },
      log,
    }),
    velocity: new Velocity({ enter: () => Promise.reject(new Error('nothing is counted')), find: () => null }),
    appender: { append },
    macKeys: config.macKeys,
  });
  service = await startService({ name: 'policy', module, config, log, authenticators: { reviewers } });
});
afterAll(async () => {
  await service.close();
  keys.close();
});

const get = (path: string, authorization = `Bearer ${token}`) =>
  fetch(service.url + path, { headers: { authorization } });
const post = (path: string, body: unknown, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
  fetch(service.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('policies over HTTP', () => {
  it('lists versions and shows their files to reviewers only', async () => {
    expect((await get('/v1/policies', '')).status).toBe(401);
    const { items } = (await (await get('/v1/policies')).json()) as { items: object[] };
    const summary = { name: 'pay', tenant: '*', version: 1, author: 'oli', published_at: '1970-01-01T00:00:01.000Z' };
    expect(items).toEqual([expect.objectContaining({ ...summary, active: true })]);
    expect(await (await get('/v1/policies/pay/versions/1')).json()).toMatchObject({ ...summary, content: CONTENT });
    expect((await get('/v1/policies/pay/versions/2')).status).toBe(404);
    expect((await get('/v1/policies/pay/versions/x')).status).toBe(404);
  });

  it('checks a file without publishing it', async () => {
    expect(await (await post('/v1/policies/check', { content: CONTENT })).json()).toEqual({
      valid: true,
      problems: [],
    });
    const bad = await post('/v1/policies/check', { content: CONTENT.replace('n < 10.0', 'm < 10.0'), file: 'a.yaml' });
    expect(await bad.json()).toMatchObject({ valid: false, problems: [{ file: 'a.yaml', line: 4, column: 26 }] });
    const wrong = await post('/v1/policies/check', { text: CONTENT });
    expect([wrong.status, await wrong.json()]).toEqual([422, expect.objectContaining({ pointer: '/content' })]);
    expect((await post('/v1/policies/check', { content: '' }, {})).status).toBe(401);
  });

  it('explains what would be decided, also of what did not decide', async () => {
    const action = { action_type: 'pay', environment: 'production', run_id: 'r', parameters: { n: 50 } };
    expect(await (await post('/v1/policies/explain', { action })).json()).toMatchObject({
      decision: {
        effective_decision: 'require_approval',
        rule: 'rest',
        gate: { name: 'two' },
        policy_name: 'pay',
        policy_version: 1,
      },
      facts: [{ name: 'n', pointer: '/parameters/n', status: 'known', value: 50 }],
      rules: [
        { rule: 'small', result: false, values: { n: 50 } },
        { rule: 'rest', result: true },
      ],
    });
    const unknown = await post('/v1/policies/explain', { action, policy: { name: 'pay', version: 9 } });
    expect(unknown.status).toBe(404);
  });

  it('decides again by a named version, for services only', async () => {
    const event: ActionProposed = {
      ...{
        tenant: 'acme',
        action_id: 'act_1',
        run_id: 'run',
        agent_id: 'agent',
        agent_version: 'v1',
        model_id: 'm1',
        idempotency_key: 'k',
      },
      ...{
        action_type: 'pay',
        environment: 'production',
        on_behalf_of: null,
        target: null,
        parameters: '{"n":5}',
        before: null,
        after: null,
      },
      ...{
        before_stated_by: 'agent',
        after_stated_by: 'agent',
        diff: null,
        diff_truncated: false,
        rationale: null,
        confidence: null,
        signals: null,
        context: null,
      },
      ...{
        preconditions: null,
        attestations: null,
        sensitive: [],
        supersedes: null,
        reverses: null,
        respond_within_s: null,
        amount_value: null,
        amount_currency: null,
        operators: [],
      },
      ...{ digest: 'sha256:0', body_hash: 'sha256:1', submitted_via: 'http', submitted_at: 900 },
    };
    const body = {
      tenant: 'acme',
      action: encode('ActionProposed', event).toString('base64'),
      policy: { name: 'pay', version: 1 },
    };
    const inside = { 'countersign-internal': 'internal' };
    const decided = await post('/internal/decide', body, inside);
    expect(await decided.json()).toMatchObject({
      policy_decision: 'allow',
      rule: 'small',
      gate: null,
      explanation: expect.stringContaining('"n":5') as string,
    });
    expect((await post('/internal/decide', body)).status).toBe(404);
    // Nobody need look twice whether a change brings what may not be stored: policy names it beside the decision.
    expect(await (await post('/internal/decide', body, inside)).json()).toMatchObject({ sensitive: [] });
    expect((await post('/internal/decide', { ...body, policy: { name: 'pay', version: 2 } }, inside)).status).toBe(404);
    expect((await post('/internal/decide', { ...body, action: 'AAAA' }, inside)).status).toBe(422);
    const builtIn = await post('/internal/decide', { ...body, policy: { name: 'built-in', version: 1 } }, inside);
    expect(await builtIn.json()).toMatchObject({ gate: { name: 'built-in' } });

    // Amounts are read as intake reads them: by what any active policy says of how they are written.
    const priced = { ...event, parameters: '{"amount":{"currency":"USD","value":"4500"},"n":5}' };
    const price = { ...body, action: encode('ActionProposed', priced).toString('base64') };
    const amount = async (): Promise<unknown> =>
      (await (await post('/internal/decide', price, inside)).json()) as unknown;
    expect(await amount()).toMatchObject({ amount_value: '4500', amount_currency: 'USD' });
    const content = CENTS;
    const published = { tenant: 'acme', name: 'cents', author: 'oli', note: null, published_at: 1_000 };
    history.apply({ ...published, parent: null, cases: null, content, content_hash: sha256(content) }, 1_000);
    expect(await amount()).toMatchObject({ amount_value: '45.00', amount_currency: 'USD' });
  });
});
