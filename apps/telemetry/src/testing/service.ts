import { startService } from '@countersign/service';
import { Replays } from '../replays.js';
import { SinkMetrics } from '../sink-metrics.js';
import { TelemetryModule } from '../telemetry.module.js';
import { testDatabase } from './database.js';
import type { TestDatabase } from './database.js';
import { testIssuer } from './issuer.js';
import type { TestIssuer } from './issuer.js';
import { macKeys } from './log.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const config = {
  ...{ service: 'telemetry', instanceId: 'telemetry-spec', host: '127.0.0.1', port: 0, kafkaBrokers: [] },
  ...{ secretsDir: '', internalToken: 't', macKeys, parentPid: null, logLevel: 'error' as const },
};

/** Telemetry's routes over a database of their own. */
export interface TestService {
  readonly url: string;
  readonly database: TestDatabase;
  readonly issuer: TestIssuer;
  close(): Promise<void>;
}

export async function testService(server: Parameters<typeof testDatabase>[0]): Promise<TestService> {
  const [database, issuer] = await Promise.all([testDatabase(server), testIssuer()]);
  const { engine } = database;
  // What is refused is never sent; the flow over Kafka sends.
  const append = () => Promise.reject(new Error('nothing is sent here'));
  const replays = new Replays({ engine, appender: { append }, macKeys });
  const module = TelemetryModule.of({ engine, counts: new SinkMetrics(), replays, sink: { lag: () => 0 } });
  const authenticators = { reviewers: issuer.auth };
  const service = await startService({ name: 'telemetry', module, config, log: silent, authenticators });
  return {
    ...{ url: service.url, database, issuer },
    close: async () => {
      await service.close();
      issuer.close();
      await database.drop();
    },
  };
}
