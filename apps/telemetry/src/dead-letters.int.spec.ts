import { blankRow, eventRow } from '@countersign/clickhouse';
import { eventId, openRecord, TOPICS } from '@countersign/events';
import { testEngine } from '@countersign/testing';
import { letterFor } from './letter.js';
import { macKeys } from './testing/log.js';
import { testService } from './testing/service.js';
import type { TestService } from './testing/service.js';

describe('dead letters over HTTP', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await testService(await testEngine());
  }, 60_000);
  afterAll(() => service?.close());

  const get = async (path: string, roles = ['admin'], method = 'GET') => {
    const headers = { authorization: await service.issuer.bearer('acme', roles) };
    const response = await fetch(`${service.url}/v1/dead-letters${path}`, { method, headers });
    return { status: response.status, body: (await response.json()) as object };
  };

  it('shows dead letters to the tenant’s admin, and those of nobody without their bytes', async () => {
    const place = { topic: TOPICS.decisions, partition: 0, timestampMs: Date.UTC(2026, 5, 20) };
    const letters = [
      ['acme|act_1', 8],
      ['globex|act_2', 9],
      [null, 10],
    ].map(([key, offset]) => {
      const record = {
        ...place,
        offset: Number(offset),
        key: key === null ? null : Buffer.from(String(key)),
        value: Buffer.from('junk'),
        headers: {},
      };
      const letter = letterFor(record, { reason: 'bad_framing', message: 'no schema id in front' } as never, macKeys);
      const at = { topic: TOPICS.deadLetters, partition: 0, offset: Number(offset), timestampMs: place.timestampMs };
      return eventRow(at, letter.headers, openRecord({ ...letter, key: Buffer.from(letter.key) }, macKeys));
    });
    await service.database.engine.insert('event_rows', [...letters, blankRow({ ...place, offset: 8 })], 'letters');
    expect((await get('', [])).status).toBe(403);
    const { body } = await get('');
    const { items } = body as { items: Record<string, number>[] };
    expect(items).toHaveLength(2);
    const byOffset = items.sort((a, b) => (a['source_offset'] ?? 0) - (b['source_offset'] ?? 0));
    expect(byOffset[0]).toMatchObject({
      dead_letter_id: eventId(TOPICS.decisions, 0, 8),
      source_topic: TOPICS.decisions,
      reason: 'bad_framing',
      recorded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      value: Buffer.from('junk').toString('base64'),
    });
    expect(byOffset[1]).not.toHaveProperty('value');
    const idAt = (offset: number): string => eventId(TOPICS.decisions, 0, offset);
    const statuses = (offsets: number[], more = '', method = 'GET') =>
      Promise.all(offsets.map(async (offset) => (await get(`/${idAt(offset)}${more}`, ['admin'], method)).status));
    await expect(statuses([8, 9, 10, 11])).resolves.toEqual([200, 404, 200, 404]);
    await expect(statuses([9, 10, 11], '/replay', 'POST')).resolves.toEqual([404, 404, 404]);
  });
});
