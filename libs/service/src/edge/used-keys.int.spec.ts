import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import { Access } from '../index.js';
import type { RunningService } from '../index.js';
import { agentKey, executorKey, secondKey, startThings } from './testing/things.js';

/** Routes that say nothing of keys. */
@Controller('v1/things')
@Access('agent', 'executor')
class ThingsController {
  @Post(':name')
  @HttpCode(200)
  async make(@Body() body?: Record<string, unknown>): Promise<unknown> {
    if (body?.['answer'] === 422) throw new CountersignError('invalid_request', 'not this');
    if (body?.['answer'] === 503) throw new CountersignError('unknown_outcome', 'perhaps');
    if (body?.['slow']) await new Promise((resolve) => setTimeout(resolve, 500));
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

const send = async (key: string, body?: string, { path = 'one', secret = agentKey.secret } = {}) => {
  const headers = { authorization: `Bearer ${secret}`, 'idempotency-key': key, 'content-type': 'application/json' };
  const answer = await fetch(`${service.url}/v1/things/${path}`, { method: 'POST', headers, body: body ?? null });
  return { status: answer.status, body: (await answer.json()) as object };
};
const duplicate = { status: 409, body: { type: 'urn:countersign:problem:duplicate_request' } };

describe('an idempotency key and the body that it came with', () => {
  it.each<[string, string | undefined, string | undefined]>([
    ['is spelled in another way', '{"a":1,"b":[2]}', ' { "b" : [2.0], "a" : 1e0 } '],
    ['says null instead of nothing', '{"a":1}', '{"a":1,"b":null}'],
    ['is empty instead of missing', undefined, '{}'],
  ])('is the same one when it %s', async (_what, one, other) => {
    const key = randomUUID();
    expect((await send(key, one)).status).toBe(200);
    expect((await send(key, other)).status).toBe(200);
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['has another value', '{"a":1}', '{"a":2}'],
    ['has a member more', '{"a":1}', '{"a":1,"b":0}'],
    ['has another null inside', '{"a":{"b":null}}', '{"a":{}}'],
    ['has another order of a list', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['is there', undefined, '{"a":1}'],
  ])('is another one when it %s', async (_what, one, other) => {
    const key = randomUUID();
    expect((await send(key, one)).status).toBe(200);
    expect(await send(key, other)).toMatchObject(duplicate);
    expect((await send(key, one)).status).toBe(200);
  });

  it('is of one address, one query and one caller, whichever of its credentials it has', async () => {
    const key = randomUUID();
    expect((await send(key, '{"a":1}')).status).toBe(200);
    expect(await send(key, '{"a":2}', { secret: secondKey.secret })).toMatchObject(duplicate);
    expect((await send(key, '{"a":2}', { path: 'two' })).status).toBe(200);
    expect((await send(key, '{"a":2}', { secret: executorKey.secret })).status).toBe(200);
    expect(await send(key, '{"a":3}', { secret: executorKey.secret })).toMatchObject(duplicate);
  });

  it('is put right after a refusal, and not while it is unknown what became of the first', async () => {
    const key = randomUUID();
    expect((await send(key, '{"answer":422}')).status).toBe(422);
    expect((await send(key, '{"answer":503}')).status).toBe(503);
    expect(await send(key, '{"a":1}')).toMatchObject(duplicate);
  });

  it('stands while the first is still being answered', async () => {
    const key = randomUUID();
    const first = send(key, '{"slow":true}');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await send(key, '{"slow":false}')).toMatchObject(duplicate);
    expect((await first).status).toBe(200);
  });

  it('is remembered of 256 keys of a caller', async () => {
    const key = randomUUID();
    await send(key, '{"a":1}');
    for (let i = 0; i < 255; i++) await send(randomUUID(), '{"a":1}');
    expect(await send(key, '{"a":2}')).toMatchObject(duplicate);
    for (let i = 0; i < 256; i++) await send(randomUUID(), '{"a":1}');
    expect((await send(key, '{"a":2}')).status).toBe(200);
  });
});
