import { connect, createAppender, deadLetters, KafkaServer, RosterReader } from '@countersign/kafka';
import type { KafkaConnection } from '@countersign/kafka';
import {
  createLogger,
  CredentialsFile,
  InternalClient,
  KeyAuth,
  RateLimit,
  Readiness,
  RosteredAuth,
  startService,
} from '@countersign/service';
import type { Logger, RunningService, ServiceOptions } from '@countersign/service';
import { ActionTypesLog } from './action-types-log.js';
import { ApprovalClient } from './approval-client.js';
import type { IntakeConfig } from './intake.config.js';
import { IntakeModule } from './intake.module.js';
import { Labels } from './labels.js';
import { MAX_BATCH_ITEMS } from './propose.controller.js';
import { Proposals } from './proposals.js';
import { stepOf } from './step-of.js';

const SUBMISSIONS_GROUP = 'countersign.intake.submissions';

/** Starts intake. @throws as `startService` does */
export const startIntake = (config: IntakeConfig): Promise<RunningService> => startService(intakeOptions(config));

/** What intake reads beside its own topic; both begin at once. */
function readersOf({ macKeys, issuers }: IntakeConfig, connection: KafkaConnection, log: Logger) {
  const actionTypes = new ActionTypesLog({ connection, macKeys, log });
  const roster = new RosterReader({ connection, macKeys, log, service: 'intake', issuers });
  const begin = (what: string, started: Promise<void>): void =>
    void started.catch((error: unknown) => log.error(`${what} cannot be read`, { cause: String(error) }));
  begin('action types', actionTypes.open());
  begin('the roster', roster.start());
  return { actionTypes, roster };
}

/** Puts intake together, with both of its doors. */
export function intakeOptions(config: IntakeConfig): ServiceOptions {
  const { macKeys, redactionKeys, internalToken, instanceId } = config;
  const log = createLogger('intake', config.logLevel);
  const connection = connect({ brokers: [...config.kafkaBrokers], clientId: instanceId, log });
  const appender = createAppender(connection);
  const client = new InternalClient({ urls: config.approvalUrls, token: internalToken, log });
  const approval = new ApprovalClient(client);
  const credentials = new CredentialsFile(config.secretsDir, log);
  const limit = new RateLimit(config.rate);
  const keys = new KeyAuth(credentials, limit);
  const transport = new KafkaServer({
    connection,
    groupId: SUBMISSIONS_GROUP,
    deadLetter: deadLetters({ appender, macKeys, service: 'intake', stepOf }),
  });
  const { actionTypes, roster } = readersOf(config, connection, log);
  const readiness = new Readiness();
  readiness.add('roster', () => roster.healthy());
  readiness.add('policies', () => actionTypes.healthy());
  readiness.add('submissions', () => transport.healthy());
  const reviewers = new RosteredAuth(config.issuers, roster, limit);
  const module = IntakeModule.of({
    ...{ approval, keys },
    proposals: new Proposals({
      ...{ appender, approval, macKeys, redactionKeys, actionTypes },
      findProvider: (tenant, id) => keys.provider(tenant, id),
    }),
    labels: new Labels({ appender, macKeys }),
    labelSources: { approval, telemetryUrl: config.telemetryUrl, log },
  });
  return {
    ...{ name: 'intake', module, config, log, readiness, transport, maxBatchItems: MAX_BATCH_ITEMS },
    authenticators: { keys, reviewers },
    onClosed: async () => {
      credentials.close();
      await Promise.allSettled([actionTypes.close(), roster.close(), appender.close(), client.close()]);
      await connection.close();
    },
  };
}
