import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import type { JsonValue } from '@countersign/canonical';
import { Access, Readiness, startService } from './index.js';
import type { LogFields, RunningService, ServiceConfig } from './index.js';

const config: ServiceConfig = {
  service: 'intake',
  instanceId: 'intake-test',
  host: '127.0.0.1',
  port: 0,
  kafkaBrokers: [],
  secretsDir: mkdtempSync(join(tmpdir(), 'countersign-')),
  internalToken: 'an internal token',
  macKeys: { intake: '', policy: '', approval: '', telemetry: '' },
  parentPid: null,
  logLevel: 'info',
};

@Controller()
@Access('anybody')
class EchoController {
  @Post('echo')
  @HttpCode(200)
  echo(@Body() body: JsonValue | undefined): { body: JsonValue | undefined } {
    return { body };
  }

  @Get('broken')
  broken(): never {
    throw new Error('secret detail of the inside');
  }

  @Get('slow')
  slow(): Promise<never> {
    return new Promise(() => undefined);
  }

  @Get('internal/thing')
  @Access('service')
  internal(): { inside: boolean } {
    return { inside: true };
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const logged: { message: string; fields: LogFields | undefined }[] = [];
const note = (message: string, fields?: LogFields) => void logged.push({ message, fields });
const readiness = new Readiness();
let service: RunningService;

beforeAll(async () => {
  const log = { debug: () => undefined, info: note, warn: note, error: note };
  service = await startService({ name: 'echo', module: EchoModule, config, log, readiness, maxBatchItems: 2 });
});
afterAll(() => service.close());

const post = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
  fetch(`${service.url}/echo`, { method: 'POST', body, headers: { 'content-type': type } });
const problem = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const text = await response.text();
  expect(text).not.toMatch(/\bat .*\.[jt]s:/);
  return JSON.parse(text) as Record<string, unknown>;
};
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('body of a request', () => {
  it('is read as strict JSON', async () => {
    const response = await post('{"a":[1,"é",null]}', 'application/json; charset=UTF-8');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ body: { a: [1, 'é', null] } });
  });

  it.each([
    ['no JSON', 'hello', 400, 'malformed'],
    ['duplicate keys', '{"a":1,"a":2}', 400, 'malformed'],
    ['an unsafe integer', '{"a":9007199254740993}', 400, 'malformed'],
    ['an overflowing number', '{"a":1e999}', 400, 'malformed'],
    ['a lone surrogate', '{"a":"\\ud800"}', 400, 'malformed'],
    ['__proto__', '{"__proto__":{}}', 400, 'malformed'],
    ['a byte order mark', '\ufeff{}', 400, 'malformed'],
    ['33 levels', nested(33), 422, 'too_deep'],
    ['100,000 levels', nested(100_000), 422, 'too_deep'],
    ['one byte over 256 KiB', JSON.stringify({ a: 'x'.repeat(256 * 1024 - 7) }), 413, 'too_large'],
    ['10 MB', JSON.stringify({ a: 'x'.repeat(10_000_000) }), 413, 'too_large'],
    ['a batch over its limit', JSON.stringify(['x'.repeat(2 * 256 * 1024)]), 413, 'too_large'],
  ])('is refused for %s', async (_what, body, status, code) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ status, type: `urn:countersign:problem:${code}` });
  });

  it('may be exactly 256 KiB, and a batch more', async () => {
    expect((await post(JSON.stringify({ a: 'x'.repeat(256 * 1024 - 8) }))).status).toBe(200);
    expect((await post(JSON.stringify(['x'.repeat(300 * 1024)]))).status).toBe(200);
    expect((await post(nested(32))).status).toBe(200);
  });

  it('points at the member at fault', async () => {
    expect(await problem(await post('{"a":{"b":1,"b":2}}'))).toMatchObject({
      pointer: '/a/b',
      reason: 'duplicate_key',
    });
  });

  it('is refused when it is not UTF-8', async () => {
    const response = await post(new Uint8Array([0x22, 0xc3, 0x28, 0x22]));
    expect([response.status, (await problem(response))['type']]).toEqual([400, 'urn:countersign:problem:malformed']);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonp',
    'nonsense',
  ])('is refused as %s', async (type) => {
    const response = await post('{}', type);
    expect([response.status, (await problem(response))['type']]).toEqual([
      415,
      'urn:countersign:problem:unsupported_media_type',
    ]);
  });

  it('may be absent', async () => {
    const response = await fetch(`${service.url}/echo`, { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([200, {}]);
  });
});

describe('every answer', () => {
  it('has security headers', async () => {
    const { headers } = await fetch(`${service.url}/nowhere`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each(['/nowhere', '/v1/../etc/passwd', '/internal/thing'])(
    'is a problem 404 where there is nothing: GET %s',
    async (path) => {
      const response = await fetch(service.url + path);
      expect([response.status, (await problem(response))['type']]).toEqual([404, 'urn:countersign:problem:not_found']);
    },
  );

  it('is a problem for an address that cannot be decoded', async () => {
    const response = await fetch(`${service.url}/%zz`);
    expect([response.status, (await problem(response))['type']]).toEqual([400, 'urn:countersign:problem:malformed']);
  });

  it('hides what went wrong inside, under an id that the log has', async () => {
    const response = await fetch(`${service.url}/broken`);
    const document = await problem(response);
    expect(document).toMatchObject({ status: 500, type: 'urn:countersign:problem:internal' });
    expect(JSON.stringify(document)).not.toContain('secret detail');
    expect(logged).toContainEqual({
      message: 'unexpected fault',
      fields: {
        fault_id: document['fault_id'],
        fault: expect.objectContaining({ message: 'secret detail of the inside' }),
      },
    });
  });

  it('is given on internal routes to services only', async () => {
    const ask = (token: string) =>
      fetch(`${service.url}/internal/thing`, { headers: { 'countersign-internal': token } });
    expect((await ask('an internal token')).status).toBe(200);
    expect((await ask('another token')).status).toBe(404);
  });

  it('survives bytes that are not HTTP', async () => {
    const { port } = new URL(service.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('\u0000\u0001garbage\r\n\r\n'));
      let text = '';
      socket
        .on('data', (chunk) => (text += chunk.toString()))
        .on('close', () => resolve(text))
        .on('error', reject);
    });
    expect(answer).toContain('400 Bad Request');
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  });
});

describe('operators', () => {
  it('see which part is not ready', async () => {
    let ready = false;
    readiness.add('kafka', () => ready);
    const before = await fetch(`${service.url}/health/ready`);
    expect([before.status, await before.json()]).toEqual([503, { status: 'not_ready', failing: ['kafka'] }]);
    ready = true;
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
  });

  it('get metrics by route, not by address', async () => {
    await fetch(`${service.url}/some/unknown/place`);
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toMatch(/http_request_duration_seconds_count\{[^}]*route="\/echo"/);
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toContain('/some/unknown/place');
  });

  it('get an OpenAPI document', async () => {
    const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as { openapi: string; paths: object };
    expect(document.openapi).toMatch(/^3\./);
    expect(Object.keys(document.paths)).toContain('/echo');
  });
});

describe('end of a service', () => {
  it('does not wait for requests that wait', async () => {
    const other = await startService({ name: 'echo', module: EchoModule, config });
    const waiting = expect(fetch(`${other.url}/slow`)).rejects.toThrow();
    await fetch(`${other.url}/health/live`);
    const from = Date.now();
    await other.close();
    await waiting;
    expect(Date.now() - from).toBeLessThan(4_000);
    expect(process.listenerCount('SIGTERM')).toBe(1);
  });
});
