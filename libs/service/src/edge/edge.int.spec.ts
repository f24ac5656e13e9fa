import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  Access,
  addKey,
  isRead,
  Key,
  KeyHolder,
  newKey,
  OpensPacket,
  OptionalKey,
  readCredentials,
  revokeKey,
  role,
  sendEvents,
  Slots,
  startService,
  writeCredentials,
} from '../index.js';
import type { Caller, RunningService, StreamEvent } from '../index.js';
import { agentKey, config, executorKey, secretsDir, silent, startThings } from './testing/things.js';

let opened = 0;
const slots = new Slots('streams', { perCaller: 3, total: 4 });
/** Large events that the source gave so far. */
let given = 0;

async function* news(): AsyncGenerator<StreamEvent> {
  for (;;) {
    given += 1;
    yield { id: String(given), event: 'news', data: 'x'.repeat(10_000) };
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Says one thing and then waits until it is over. */
async function* silence(signal: AbortSignal): AsyncGenerator<StreamEvent> {
  yield { id: '1', event: 'news', data: 'all is quiet' };
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

@Controller('v1/things')
@Access('agent')
class ThingsController {
  @Post()
  @HttpCode(200)
  make(@Body() body: unknown, @Key() key: string, @KeyHolder() { id }: Caller): unknown {
    return { body: body ?? null, key, id };
  }

  @Post('loose')
  @HttpCode(200)
  loose(@OptionalKey() key: string | undefined, @Query('a') _a?: string): unknown {
    return { key: key ?? null };
  }

  @Get('news')
  news(@Res() reply: FastifyReply): void {
    sendEvents(reply, news, slots);
  }

  @Get('silence')
  silence(@Res() reply: FastifyReply): void {
    sendEvents(reply, silence, slots);
  }

  @Access('anybody')
  @OpensPacket()
  @Get(':id')
  read(@Param('id') id: string, @Req() request: FastifyRequest): unknown {
    if (isRead(request)) opened += 1;
    return { id };
  }

  @Access('service')
  @Post(':id/inside')
  inside(): unknown {
    return {};
  }
}
@Module({ controllers: [ThingsController] })
class ThingsModule {}

let service: RunningService;
beforeAll(async () => {
  service = await startThings(ThingsModule);
});
afterAll(() => service.close());

interface Sent {
  readonly method?: string;
  readonly path?: string;
  /** Names and values by turns, as they go over the wire. */
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly key?: string | null;
}

/** Sends headers as they are, also twice. */
function send({ method = 'POST', path = '/v1/things', headers = [], body, key = agentKey.secret }: Sent) {
  const authorization = key === null ? [] : ['authorization', `Bearer ${key}`];
  const length =
    body === undefined
      ? ['content-length', '0']
      : ['content-type', 'application/json', 'content-length', `${body.length}`];
  const { hostname, port } = new URL(service.url);
  const all = ['host', hostname, 'connection', 'close', ...authorization, ...length, ...headers];
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Record<string, unknown> }>(
    (resolve, reject) => {
      const call = httpRequest({ hostname, port, method, path, headers: all }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => {
          const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: parsed });
        });
      });
      call.on('error', reject).end(body);
    },
  );
}
const problem = (code: string): string => `urn:countersign:problem:${code}`;
const keyed = (...keys: string[]): string[] => keys.flatMap((key) => ['idempotency-key', key]);

describe('who calls', () => {
  it.each<[string, number, string, Sent]>([
    ['nobody, whatever the body is', 401, 'unauthenticated', { key: null, body: '{"a":', headers: keyed('"') }],
    ['an unknown key', 401, 'unauthenticated', { key: `csk_${randomUUID()}`, body: '{"a":' }],
    ['the wrong kind of key', 403, 'forbidden', { key: executorKey.secret, body: '{"a":', headers: keyed('a', 'b') }],
    ['a parameter twice', 422, 'invalid_request', { path: '/v1/things/loose?a=1&a=2', body: '{"a":' }],
    ['one that is not known', 422, 'invalid_request', { path: '/v1/things/loose?b=1', body: '{"a":' }],
    ['a body that is none', 400, 'malformed', { body: '{"a":', headers: keyed('k') }],
    ['nobody inside', 404, 'not_found', { key: null, path: '/v1/things/1/inside', body: '{"a":' }],
  ])('is known before anything else is read: %s', async (_what, status, code, sent) => {
    const answer = await send(sent);
    expect([answer.status, answer.body['type']]).toEqual([status, problem(code)]);
    if (status === 401) expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('is answered while the body of a stranger is still to come', async () => {
    const { hostname, port } = new URL(service.url);
    const head = `POST /v1/things HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(head));
      socket.on('error', reject).once('data', (chunk: Buffer) => {
        resolve(chunk.toString());
        socket.destroy();
      });
    });
    expect(answer).toContain('401 Unauthorized');
  });

  it('is declared by every route, or the service does not start', async () => {
    @Controller('v1/open')
    class ForgetfulController {
      @Get()
      read(): unknown {
        return {};
      }
    }
    @Module({ controllers: [ForgetfulController] })
    class ForgetfulModule {}
    await expect(startService({ name: 'forgetful', module: ForgetfulModule, config, log: silent })).rejects.toThrow(
      'GET /v1/open does not say who may call it',
    );
  });

  it('is of a kind that the service can know, or it does not start', async () => {
    @Controller('v1/people')
    @Access(role('admin'))
    class PeopleController {
      @Get()
      read(): unknown {
        return {};
      }
    }
    @Module({ controllers: [PeopleController] })
    class PeopleModule {}
    await expect(startService({ name: 'people', module: PeopleModule, config, log: silent })).rejects.toThrow(
      'GET /v1/people is for callers whom this service cannot authenticate',
    );
  });
});

describe('an address', () => {
  it.each<[string, string, string]>([
    ['PUT', '/v1/things', 'POST'],
    ['GET', '/v1/things', 'POST'],
    ['HEAD', '/v1/things', 'POST'],
    ['OPTIONS', '/v1/things', 'POST'],
    ['DELETE', '/v1/things/7', 'GET, HEAD'],
    ['PATCH', '/v1/things/loose', 'GET, HEAD, POST'],
    ['POST', '/v1/things/news', 'GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['TRACE', '/openapi.json?x=1', 'GET, HEAD'],
    ['PROPFIND', '/v1/things', 'POST'],
  ])('says what it takes: %s %s', async (method, path, allow) => {
    const answer = await send({ method, path, key: null });
    expect([answer.status, answer.headers['allow']]).toEqual([405, allow]);
    if (method !== 'HEAD') expect(answer.body['type']).toBe(problem('method_not_allowed'));
  });

  it.each(['/v1/nothing', '/v1/things/', '/v1/things/7/8', '/internal/x'])(
    'that there is not is 404 to everybody, whatever they send: %s',
    async (path) => {
      for (const key of [null, agentKey.secret]) {
        const answer = await send({ path, key, body: '{"a":', headers: keyed('a', 'b') });
        expect([answer.status, answer.body['type']]).toEqual([404, problem('not_found')]);
      }
    },
  );

  it('for services says nothing to others', async () => {
    expect((await send({ method: 'PUT', path: '/v1/things/1/inside' })).status).toBe(404);
  });
});

describe('an idempotency key', () => {
  it.each<[string, string]>([
    ['k-1', 'k-1'],
    ['"k-1"', 'k-1'],
    ['a,b', 'a,b'],
    ['~!#'.padEnd(255, 'x'), '~!#'.padEnd(255, 'x')],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
    ['"a\\"b\\\\"', 'a"b\\'],
  ])('%s is read as %s', async (given, key) => {
    expect((await send({ headers: keyed(given) })).body).toMatchObject({ key });
  });

  it.each<[string, string[]]>([
    ['missing', []],
    ['empty', keyed('')],
    ['sent twice', keyed('k', 'k')],
    ['sent twice in two spellings', ['idempotency-key', 'k', 'Idempotency-KEY', 'k']],
    ['too long', keyed('x'.repeat(256))],
    ['too long in quotation marks', keyed(`"${'x'.repeat(256)}"`)],
    ['with a space', keyed('a b')],
    ['with a space in quotation marks', keyed('"a b"')],
    ['with a tab', keyed('a\tb')],
    ['not ASCII', keyed('kÿ')],
    ['a lone quotation mark', keyed('"')],
    ['an inner quotation mark', keyed('a"b')],
    ['a quotation mark at the end', keyed('a"')],
    ['two strings', keyed('"a""b"')],
    ['empty quotation marks', keyed('""')],
    ['a wrong escape', keyed('"a\\n"')],
  ])('that is %s is refused', async (_what, headers) => {
    const answer = await send({ headers });
    expect(answer).toMatchObject({
      status: 400,
      body: { type: problem('malformed'), pointer: '/headers/idempotency-key' },
    });
  });

  it('is refused in the same way where none is needed', async () => {
    expect((await send({ path: '/v1/things/loose' })).body).toEqual({ key: null });
    expect((await send({ path: '/v1/things/loose', headers: keyed('k', 'k') })).status).toBe(400);
    expect((await send({ path: '/v1/things/loose', headers: keyed('') })).status).toBe(400);
  });

  it('sent a second time behind a thousand headers is seen', async () => {
    const many = Array.from({ length: 2_100 }, () => ['x', '']).flat();
    expect((await send({ headers: [...keyed('k'), ...many, ...keyed('other')] })).status).toBe(400);
  });
});

describe('a packet', () => {
  it('is opened by a person who reads it', async () => {
    const before = opened;
    expect((await send({ method: 'GET', path: '/v1/things/7' })).body).toEqual({ id: '7' });
    expect(opened).toBe(before + 1);
  });

  it('is not opened by HEAD', async () => {
    const before = opened;
    expect((await send({ method: 'HEAD', path: '/v1/things/7' })).status).toBe(200);
    expect(opened).toBe(before);
  });

  it.each([
    ['sec-purpose', 'prefetch'],
    ['sec-purpose', 'prefetch;prerender'],
    ['sec-purpose', 'prefetch;anonymous-client-ip'],
    ['purpose', 'prefetch'],
    ['Purpose', 'Preview'],
    ['x-moz', 'prefetch'],
  ])('is not opened ahead of a person: %s: %s', async (name, value) => {
    const before = opened;
    const answer = await send({ method: 'GET', path: '/v1/things/7', headers: [name, value] });
    expect([answer.status, answer.body['reason']]).toEqual([403, 'prefetch']);
    expect(opened).toBe(before);
  });
});

describe('a stream of events', () => {
  const listen = (secret = agentKey.secret, path = 'news', url = service.url): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${secret}` };
      httpRequest(`${url}/v1/things/${path}`, { headers }, resolve).on('error', reject).end();
    });
  const ends = (answer: IncomingMessage): Promise<void> =>
    new Promise((resolve) =>
      answer
        .resume()
        .once('close', resolve)
        .on('error', () => undefined),
    );

  it('is asked for no more than its reader takes', async () => {
    const answer = await listen();
    answer.pause();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const taken = given;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(given).toBe(taken);
    answer.destroy();
  });

  it('is one of so many of a caller, and a place is free again when the reader is gone', async () => {
    const places = [await listen(), await listen(), await listen()];
    const refused = await listen();
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '5']);
    for (const place of places) place.destroy();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const again = await listen();
    expect(again.statusCode).toBe(200);
    again.destroy();
  });

  it.each(['news', 'silence'])('ends with the credential of its reader (%s)', async (path) => {
    const key = newKey(0);
    const before = readCredentials(join(secretsDir, 'credentials.json'));
    const added = addKey(before, { kind: 'agent', tenant: 't', id: 'a' }, key);
    writeCredentials(secretsDir, added);
    const answer = await listen(key.secret, path);
    expect(answer.statusCode).toBe(200);
    writeCredentials(secretsDir, revokeKey(added, key.key_id, new Date().toISOString()));
    const from = Date.now();
    await ends(answer);
    expect(Date.now() - from).toBeLessThan(4_000);
  });

  it.each(['news', 'silence'])('ends when the service stops (%s)', async (path) => {
    const other = await startThings(ThingsModule);
    const answer = await listen(agentKey.secret, path, other.url);
    const from = Date.now();
    await Promise.all([ends(answer), other.close()]);
    expect(Date.now() - from).toBeLessThan(1_500);
  });

  it('is not opened by HEAD', async () => {
    const answer = await send({ method: 'HEAD', path: '/v1/things/news' });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });
});

describe('what is not a request', () => {
  it('is a problem when its headers are too large', async () => {
    const answer = await send({ headers: ['x', 'x'.repeat(20_000)] });
    expect([answer.status, answer.body['type']]).toEqual([431, problem('headers_too_large')]);
  });

  it('is a problem when its address is too long, and no id is too long by itself', async () => {
    const answer = await send({ method: 'GET', path: `/v1/things/7?x=${'x'.repeat(20_000)}` });
    expect([answer.status, answer.body['type']]).toEqual([431, problem('headers_too_large')]);
    const id = await send({ method: 'GET', path: `/v1/things/${'x'.repeat(1_000)}` });
    expect(id.status).toBe(200);
  });
});
