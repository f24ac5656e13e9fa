import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analystGrants, connectEngine, DATABASE, deriveWith, migrate, writerGrants } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import kafkajs from 'kafkajs';
import { sha256 } from '@countersign/canonical';
import { topicConfigs } from '@countersign/events';
import { connect, createAppender, ensureTopics } from '@countersign/kafka';
import type { KafkaConnection, Sink } from '@countersign/kafka';
import { brokerPart, createGuard, enginePart, startPart, stopChild } from '@countersign/local';
import type { Child, Part } from '@countersign/local';
import { eventually, freePort } from '@countersign/testing';
import { createEventSink, SINK_TOPICS } from './event-sink.js';
import { askMetrics } from './metrics-query.js';
import { Refresher } from './refresher.js';
import { macKeys } from './testing/log.js';
import { tellStories } from './testing/story.js';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const TABLES = [
  'event_rows',
  'audit_rows',
  'vote_rows',
  'label_rows',
  'refusal_rows',
  'metrics_daily_rows',
  'burden_daily_rows',
];
const VIEWS = ['events', 'audit', 'votes', 'labels', 'refusals', 'metrics_daily', 'burden_daily'];
const { log: stories, told } = tellStories(11, 1_500, Date.now());

interface Telemetry {
  readonly sink: Sink;
  readonly refresher: Refresher;
}

const stopTelemetry = async ({ sink, refresher }: Telemetry): Promise<void> => {
  await refresher.close();
  await sink.close();
};

describe('telemetry while its engine dies', () => {
  const guard = createGuard();
  let folder: string;
  let broker: Child | undefined;
  let engineChild: Child;
  let part: Part;
  let engine: Engine;
  let connection: KafkaConnection;
  let ended = false;
  const running: Telemetry[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-telemetry-'));
    const [port, controllerPort, httpPort] = [await freePort(), await freePort(), await freePort()];
    const users = [
      { name: 'writer', password: 'pw', profile: 'service' as const, grants: writerGrants(DATABASE) },
      { name: 'analyst', password: 'pw', profile: 'analyst' as const, grants: analystGrants(DATABASE) },
    ];
    part = enginePart({ dataDir: join(folder, 'ch'), logFile: join(folder, 'ch.log'), httpPort, users });
    const kafka = brokerPart({
      dataDir: join(folder, 'kafka'),
      logFile: join(folder, 'kafka.log'),
      port,
      controllerPort,
    });
    [broker, engineChild] = await Promise.all([startPart(kafka, guard), startPart(part, guard)]);
    const access = { url: `http://127.0.0.1:${httpPort}`, username: 'writer', password: 'pw', database: DATABASE };
    await migrate(access);
    engine = connectEngine(access);
    connection = connect({ brokers: [`127.0.0.1:${port}`], clientId: 'telemetry-spec', log });
    await ensureTopics(connection, topicConfigs);
  }, 90_000);

  afterAll(async () => {
    ended = true;
    await Promise.allSettled(running.map(stopTelemetry));
    await engine?.close();
    await connection?.close();
    await Promise.all([broker, engineChild].map((child) => child && stopChild(child, 200)));
    guard.close();
    await rm(folder, { recursive: true, force: true });
  }, 30_000);

  const startSink = async (groupId: string, gatherMs = 20): Promise<Telemetry> => {
    const refresher = new Refresher({ derive: deriveWith(engine), log, gatherMs, gatherDaysMs: 100 });
    const appender = { append: () => Promise.reject(new Error('no dead letter is expected here')) };
    const sink = createEventSink({
      connection,
      appender,
      engine,
      refresher,
      macKeys,
      onRefused: () => undefined,
      onLetter: () => undefined,
      groupId,
    });
    await sink.start();
    running.push({ sink, refresher });
    return { sink, refresher };
  };

  const publish = async (): Promise<void> => {
    const appender = createAppender(connection);
    for (let at = 0; at < stories.records.length && !ended; at += 200) {
      await appender.append(
        stories.records.slice(at, at + 200).map(({ topic, key, value, headers }) => ({ topic, key, value, headers })),
        { deadlineMs: 60_000 },
      );
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await appender.close();
  };

  const eventCount = async (): Promise<number> => {
    const [row] = await engine.rows<{ n: string }>('SELECT count() AS n FROM event_rows FINAL');
    return Number(row?.n);
  };

  /** Records in the log; more than were told when the producer had to send a batch again. */
  const logged = async (): Promise<number> => {
    const admin = new kafkajs.Kafka({ brokers: [...connection.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const offsets = await Promise.all(SINK_TOPICS.map((topic) => admin.fetchTopicOffsets(topic)));
    await admin.disconnect();
    return offsets.flat().reduce((sum, { high }) => sum + Number(high), 0);
  };

  const allThere = ({ refresher }: Telemetry): Promise<void> =>
    eventually(
      async () => {
        expect(await eventCount()).toBe(await logged());
        await refresher.settled();
      },
      { withinMs: 90_000, everyMs: 200 },
    );

  /** One hash over every row of every view, in order. */
  const contents = async (): Promise<string> => {
    const all = await Promise.all(VIEWS.map((view) => engine.rows(`SELECT * FROM ${view} ORDER BY ALL`)));
    return sha256(JSON.stringify(all));
  };

  const restartEngine = async (signal: 'SIGKILL' | 'SIGTERM', awayMs: number): Promise<void> => {
    engineChild.signal(signal);
    await engineChild.exited;
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    engineChild = await startPart(part, guard);
  };

  it('loses and doubles nothing, in events and in every aggregate, and a rebuild is bit-identical', async () => {
    // This one writes events and ends before it derives anything from most of them, as a killed service does.
    const doomed = await startSink('telemetry-spec-1', 3_600_000);
    const publishing = publish();
    publishing.catch(() => undefined); // Awaited below; a failure before that is told by its own assertion.
    await eventually(async () => expect(await eventCount()).toBeGreaterThan(500), { withinMs: 60_000 });
    await stopTelemetry(doomed);
    const first = await startSink('telemetry-spec-1');
    await restartEngine('SIGTERM', 2_000);
    for (let kill = 0; kill < 4; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, 300 + 170 * kill));
      await restartEngine('SIGKILL', 100 * kill);
    }
    await publishing;
    await allThere(first);
    await stopTelemetry(first);

    const [sink] = await engine.rows<Record<string, string>>(
      'SELECT count() AS rows, uniqExact(topic, partition, offset) AS places, uniqExact(event_id) AS ids FROM event_rows FINAL',
    );
    const records = String(await logged());
    const ids = String(new Set(stories.records.map(({ headers }) => headers['ce_id'])).size);
    expect(sink).toEqual({ rows: records, places: records, ids });
    const [audit] = await engine.rows<Record<string, string>>(
      'SELECT count() AS rows, uniqExact(action_id) AS ids FROM audit',
    );
    expect(audit).toEqual({ rows: String(told.length), ids: String(told.length) });
    const [votes] = await engine.rows<{ n: string }>('SELECT count() AS n FROM votes');
    expect(Number(votes?.n)).toBe(told.flatMap((story) => story.votes).length);
    const [daily] = await engine.rows<Record<string, string>>(
      'SELECT sum(actions) AS actions, sum(overrides) AS overrides FROM metrics_daily',
    );
    const [whole] = await engine.rows<Record<string, string>>(
      'SELECT count() AS actions, countIf(overridden) AS overrides FROM audit',
    );
    expect(daily).toEqual(whole);
    const [burden] = await engine.rows<Record<string, string>>(
      'SELECT sum(votes) AS votes, sum(minutes) AS minutes FROM burden_daily',
    );
    const [votesWhole] = await engine.rows<Record<string, string>>('SELECT count() AS votes FROM votes');
    expect(burden?.['votes']).toBe(votesWhole?.['votes']);

    const question = {
      tenant: 'acme',
      from: new Date(0),
      to: new Date('2100-01-01'),
      now: new Date('2100-01-01'),
      group_by: ['day', 'gate'] as const,
      filters: {},
    };
    const before = [await contents(), await askMetrics(engine, question)];
    for (const table of TABLES) await engine.command(`TRUNCATE TABLE ${table}`);
    const second = await startSink('telemetry-spec-2');
    await allThere(second);
    expect([await contents(), await askMetrics(engine, question)]).toEqual(before);
    await stopTelemetry(second);
  }, 240_000);
});
