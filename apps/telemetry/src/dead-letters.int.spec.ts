import { blankRow, eventRow } from '@countersign/clickhouse';
import { eventId, openRecord, TOPICS } from '@countersign/events';
import { startService } from '@countersign/service';
import type { RunningService } from '@countersign/service';
import { testEngine } from '@countersign/testing';
import { letterFor } from './letter.js';
import { Replays } from './replays.js';
import { SinkMetrics } from './sink-metrics.js';
import { TelemetryModule } from './telemetry.module.js';
import { testDatabase } from './testing/database.js';
import type { TestDatabase } from './testing/database.js';
import { testIssuer } from './testing/issuer.js';
import type { TestIssuer } from './testing/issuer.js';
import { macKeys } from './testing/log.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const config = {
  ...{ service: 'telemetry', instanceId: 'letters-spec', host: '127.0.0.1', port: 0, kafkaBrokers: [], secretsDir: '' },
  ...{ internalToken: 't', macKeys, parentPid: null, logLevel: 'error' as const },
};

describe('dead letters over HTTP', () => {
  let database: TestDatabase;
  let issuer: TestIssuer;
  let service: RunningService;

  beforeAll(async () => {
    [database, issuer] = await Promise.all([testDatabase(await testEngine()), testIssuer()]);
    const { engine } = database;
    // What is refused is never sent; the flow over Kafka sends.
    const append = () => Promise.reject(new Error('nothing is sent here'));
    const replays = new Replays({ engine, appender: { append }, macKeys });
    const module = TelemetryModule.of({ engine, counts: new SinkMetrics(), replays, sink: { lag: () => 0 } });
    const authenticators = { reviewers: issuer.auth };
    service = await startService({ name: 'telemetry', module, config, log: silent, authenticators });
  }, 60_000);
  afterAll(async () => {
    await service?.close();
    issuer?.close();
    await database?.drop();
  });

  const get = async (path: string, roles = ['admin'], method = 'GET') => {
    const headers = { authorization: await issuer.bearer('acme', roles) };
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
    await database.engine.insert('event_rows', [...letters, blankRow({ ...place, offset: 8 })], 'letters');
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
