import { rmSync } from 'node:fs';
import { startService } from '@countersign/service';
import type { RunningService } from '@countersign/service';
import { connectTo, eventually, testBroker } from '@countersign/testing';
import { intakeOptions } from '../src/start-intake.js';
import { createTopics, makeFixture } from './fixture.js';
import type { Fixture } from './fixture.js';

// Approval is down in this file: what needs no answer from it must be answered all the same, and all else must wait.
let service: RunningService;
let fixture: Fixture;

beforeAll(async () => {
  const { brokers } = await testBroker();
  const connection = connectTo(brokers);
  await createTopics(connection);
  await connection.close();
  fixture = makeFixture(brokers, { COUNTERSIGN_RATE_PER_S: '60', COUNTERSIGN_RATE_BURST: '60' });
  // Without the Kafka door: its topic is one for all, and other specs use it.
  const options = intakeOptions(fixture.config);
  service = await startService({ ...options, transport: undefined });
  await eventually(async () => expect(await options.readiness?.failing()).not.toContain('policies'));
}, 60_000);
afterAll(async () => {
  await service.close();
  rmSync(fixture.config.secretsDir, { recursive: true });
});

const action = (changes: object = {}) => ({
  ...{ run_id: 'run-1', agent: { id: 'refund-agent', version: '1' }, model: { id: 'm' } },
  ...{ action_type: 'refund', environment: 'production', parameters: {} },
  ...changes,
});
const unknownId = '/v1/actions/act_42c5f297-9a6d-5ca8-a78a-de638ee55f46';

interface Call {
  readonly method?: string;
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}
async function call(path: string, { method = 'GET', key = fixture.agentKey.secret, headers = {}, body }: Call = {}) {
  const authorization: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(service.url + path, {
    method,
    headers: { ...authorization, ...content, ...headers },
    body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
const propose = (body: unknown, more: Call = {}) =>
  call('/v1/actions', { method: 'POST', body, headers: { 'idempotency-key': 'k-1' }, ...more });
const problem = (code: string) => `urn:countersign:problem:${code}`;

describe('proposals over HTTP', () => {
  it.each<[string, number, string, () => ReturnType<typeof call>]>([
    ['no credential', 401, 'unauthenticated', () => propose(action(), { key: null })],
    ['an unknown key, before the body is looked at', 401, 'unauthenticated', () => propose('{', { key: 'csk_x' })],
    ['an executor’s key', 403, 'forbidden', () => propose(action(), { key: fixture.executorKey.secret })],
    ['a token that is none', 401, 'unauthenticated', () => propose(action(), { key: 'a.b.c' })],
    ['no idempotency key', 400, 'malformed', () => propose(action(), { headers: {} })],
    [
      'too long an idempotency key',
      400,
      'malformed',
      () => propose(action(), { headers: { 'idempotency-key': 'k'.repeat(256) } }),
    ],
    ['no body', 400, 'malformed', () => propose(undefined)],
    ['broken JSON', 400, 'malformed', () => propose('{"run_id":')],
    [
      'another type',
      415,
      'unsupported_media_type',
      () => propose('run_id=1', { headers: { 'content-type': 'text/plain' } }),
    ],
    [
      'another charset',
      415,
      'unsupported_media_type',
      () => propose(action(), { headers: { 'content-type': 'application/json; charset=latin1' } }),
    ],
    ['too much', 413, 'too_large', () => propose({ a: 'x'.repeat(300_000) })],
    ['too deep', 422, 'too_deep', () => propose('['.repeat(40) + ']'.repeat(40))],
    ['an unknown member', 422, 'invalid_action', () => propose(action({ colour: 'red' }))],
    ['another agent', 403, 'agent_mismatch', () => propose(action({ agent: { id: 'other', version: '1' } }))],
    ['another environment', 403, 'environment_not_allowed', () => propose(action({ environment: 'staging' }))],
    ['approval being down', 503, 'overloaded', () => propose(action())],
  ])('are refused for %s', async (_what, status, code, ask) => {
    const answer = await ask();
    expect([answer.status, answer.body['type']]).toEqual([status, problem(code)]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    if (status === 503) expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('are answered item by item in a batch', async () => {
    const items = [
      { ...action(), idempotency_key: 'a' },
      action(),
      { ...action({ confidence: 2 }), idempotency_key: 'b' },
      7,
      { ...action({ parameters: { a: 'x'.repeat(300_000) } }), idempotency_key: 'c' },
      // Sent in 100 kB, and 340 kB in canonical form: as much as it may be by itself.
      { ...action({ parameters: { a: Array.from({ length: 20_000 }, () => 9e15) } }), idempotency_key: 'd' },
    ];
    const answer = await propose(JSON.stringify(items).replaceAll('9000000000000000', '9e15'), { headers: {} });
    expect(answer.status).toBe(207);
    expect(
      (answer.body['items'] as { index: number; status: number; problem: { type: string } }[]).map((item) => [
        item.index,
        item.status,
        item.problem.type,
      ]),
    ).toEqual([
      [0, 503, problem('overloaded')],
      [1, 400, problem('malformed')],
      [2, 422, problem('invalid_action')],
      [3, 422, problem('invalid_action')],
      [4, 413, problem('too_large')],
      [5, 503, problem('overloaded')],
    ]);
  });

  it.each([0, 101])('are refused as a batch of %i', async (count) => {
    const answer = await propose(
      Array.from({ length: count }, () => action()),
      { headers: {} },
    );
    expect([answer.status, answer.body['type']]).toEqual([422, problem('invalid_action')]);
  });
});

describe('questions about actions', () => {
  it.each<[string, number, string, () => ReturnType<typeof call>]>([
    ['what cannot be an id', 404, 'not_found', () => call('/v1/actions/act_1')],
    ['a wait beyond 60 s', 422, 'invalid_request', () => call(`${unknownId}?wait=61s`)],
    ['an unknown status', 422, 'invalid_request', () => call('/v1/actions?status=open')],
    ['an executor', 403, 'forbidden', () => call(unknownId, { key: fixture.executorKey.secret })],
    ['nobody', 401, 'unauthenticated', () => call(unknownId, { key: null })],
    ['an action while approval is down', 503, 'overloaded', () => call(unknownId)],
    ['a list while approval is down', 503, 'overloaded', () => call('/v1/actions?run_id=r')],
  ])('are refused for %s', async (_what, status, code, ask) => {
    const answer = await ask();
    expect([answer.status, answer.body['type']]).toEqual([status, problem(code)]);
  });

  it('wait through an outage before they give up', async () => {
    const from = Date.now();
    expect((await call(`${unknownId}?wait=1s`)).status).toBe(503);
    expect(Date.now() - from).toBeGreaterThanOrEqual(950);
  });
});

describe('reports about actions', () => {
  const post = (path: string, body: unknown) => call(unknownId + path, { method: 'POST', body });

  it('are refused when they are not valid', async () => {
    for (const body of [
      {},
      { status: 'done' },
      { status: 'executed', occurred_at: 'today' },
      { status: 'executed', extra: 1 },
    ]) {
      expect((await post('/outcome', body)).body['type']).toBe(problem('invalid_action'));
    }
  });

  it('never come from an agent where they are labels', async () => {
    const label = { label: 'harmless', source: 'audit', observed_at: '2025-06-19T12:00:00.000Z', note: null };
    for (const key of [fixture.agentKey.secret, fixture.executorKey.secret]) {
      const answer = await call(`${unknownId}/labels`, { method: 'POST', key, body: label });
      expect([answer.status, answer.body['type']]).toEqual([403, problem('forbidden')]);
    }
  });
});

describe('one caller', () => {
  it('cannot take more than its share', async () => {
    const greedy = { key: fixture.executorKey.secret };
    const answers = await Promise.all(Array.from({ length: 400 }, () => call('/v1/actions/act_1', greedy)));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(0);
    expect(limited[0]?.body).toMatchObject({ type: problem('rate_limited'), retry_after: 1 });
    expect((await call('/v1/actions/act_1')).status).toBe(404);
  });
});
