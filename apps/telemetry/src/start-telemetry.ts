import { connectEngine, deriveWith } from '@countersign/clickhouse';
import { connect, createAppender, RosterReader } from '@countersign/kafka';
import { createLogger, RateLimit, Readiness, RosteredAuth, startService } from '@countersign/service';
import type { RunningService } from '@countersign/service';
import { createEventSink } from './event-sink.js';
import { Refresher } from './refresher.js';
import { Replays } from './replays.js';
import { SinkMetrics } from './sink-metrics.js';
import type { TelemetryConfig } from './telemetry.config.js';
import { TelemetryModule } from './telemetry.module.js';

/** Puts telemetry together and starts it. @throws as `startService` does */
export async function startTelemetry(config: TelemetryConfig): Promise<RunningService> {
  const log = createLogger('telemetry', config.logLevel);
  const connection = connect({ brokers: [...config.kafkaBrokers], clientId: config.instanceId, log });
  const appender = createAppender(connection);
  const engine = connectEngine(config.engine);
  const refresher = new Refresher({ derive: deriveWith(engine), log });
  const counts = new SinkMetrics();
  const sink = createEventSink({
    ...{ connection, appender, engine, refresher, macKeys: config.macKeys },
    onRefused: (topic, count) => counts.refused(topic, count),
    onLetter: (topic, reason) => counts.lettered(topic, reason),
  });
  const replays = new Replays({ engine, appender, macKeys: config.macKeys });
  const readiness = new Readiness();
  readiness.add('clickhouse', () => engine.ping());
  readiness.add('sink', () => sink.healthy());
  readiness.add('derived tables', () => refresher.healthy());
  const { macKeys, issuers } = config;
  const roster = new RosterReader({ connection, macKeys, log, service: 'telemetry', issuers });
  readiness.add('roster', () => roster.healthy());
  const reviewers = new RosteredAuth(issuers, roster, new RateLimit(config.rate));
  const running = await startService({
    ...{ name: 'telemetry', module: TelemetryModule.of({ engine, counts, sink, replays }), config, log, readiness },
    authenticators: { reviewers },
    onClosed: async () => {
      await sink.close();
      await Promise.allSettled([refresher.close(), roster.close(), appender.close()]);
      await Promise.allSettled([engine.close(), connection.close()]);
    },
  });
  await Promise.all([sink.start(), roster.start()]);
  return running;
}
