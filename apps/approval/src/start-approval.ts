import { join } from 'node:path';
import { connect, createAppender } from '@countersign/kafka';
import {
  createLogger,
  CredentialsFile,
  InternalClient,
  KeyAuth,
  Readiness,
  ReviewerAuth,
  startService,
} from '@countersign/service';
import type { RunningService } from '@countersign/service';
import { openSigningKeys } from '@countersign/token';
import type { ApprovalConfig } from './approval.config.js';
import { ApprovalModule } from './approval.module.js';
import { ApprovalTokens } from './http/approval-tokens.js';
import { Edits } from './http/edits.js';
import { Queue } from './http/queue.js';
import { Votes } from './http/votes.js';
import { Hints } from './judge/hints.js';
import { Judge } from './judge/judge.js';
import { Ticker } from './judge/ticker.js';
import { View } from './judge/view.js';
import type { PageParts } from './page/page.controller.js';
import { Sealed } from './page/sealed.js';
import { SignIn } from './page/sign-in.js';
import { createLogPublisher } from './publisher/log-publisher.js';

const SWEEP_EVERY_MS = 30_000;

/**
 * Puts approval together and starts it. It listens at once and answers when it has read the log.
 * @throws as `startService`, or when the signing keys cannot be read
 */
export async function startApproval(config: ApprovalConfig): Promise<RunningService> {
  const { macKeys, horizonMs, secretsDir, instanceId } = config;
  const log = createLogger('approval', config.logLevel);
  const connection = connect({ brokers: [...config.kafkaBrokers], clientId: instanceId, log });
  const appender = createAppender(connection);
  const judge = new Judge({ connection, appender, macKeys, horizonMs });
  const hints = hintsBeside(judge, { connection, macKeys });
  const view = new View(judge, hints);
  const policy = new InternalClient({ urls: [config.policyUrl], token: config.internalToken, log });
  const publisher = createLogPublisher({ connection, macKeys, horizonMs });
  const credentials = new CredentialsFile(secretsDir, log);
  const reviewers = new ReviewerAuth(config.issuers);
  const ticker = new Ticker(judge, log);
  const module = ApprovalModule.of({
    ...{ judge, view, callers: new KeyAuth(credentials), reviewers },
    tokens: new ApprovalTokens(await openSigningKeys(join(secretsDir, 'signing-keys.json')), config.tokenIssuer),
    votes: new Votes(judge, view, new Edits(policy)),
    queue: new Queue(judge, view, log),
    page: pageOf(config, reviewers),
  });
  const readiness = readinessOf({
    judge: () => judge.ready(),
    hints: () => hints.healthy(),
    publisher: () => publisher.healthy(),
  });
  const sweeping = setInterval(() => hints.sweep(Date.now()), SWEEP_EVERY_MS).unref();
  const onClosed = async (): Promise<void> => {
    clearInterval(sweeping);
    ticker.close();
    credentials.close();
    await Promise.allSettled([publisher.close(), judge.close(), hints.close(), policy.close()]);
    await appender.close();
    await connection.close();
  };
  const service = await startService({ name: 'approval', module, config, log, readiness, onClosed, acceptForms: true });
  await judge.start();
  await Promise.all([hints.start(), publisher.start()]);
  ticker.start();
  return service;
}

function hintsBeside(
  judge: Judge,
  options: Pick<ConstructorParameters<typeof Hints>[0], 'connection' | 'macKeys'>,
): Hints {
  const isDecided = (actionId: string): boolean => judge.partitions.some(({ actions }) => actions.has(actionId));
  const hints = new Hints({ ...options, isDecided, onProposed: (actionId) => judge.watchers.wake([actionId]) });
  judge.onTouched = (actionIds) => hints.forget(actionIds);
  return hints;
}

/** The page signs people in at the first identity provider; without a client id there it is left out. */
function pageOf(
  { pageClientId, issuers, pageUrls, internalToken }: ApprovalConfig,
  reviewers: ReviewerAuth,
): PageParts | null {
  const issuer = issuers[0]?.issuer;
  if (pageClientId === null || issuer === undefined) return null;
  const signIn = new SignIn({ issuer, clientId: pageClientId, reviewers, sealed: new Sealed(internalToken) });
  return { signIn, urls: pageUrls };
}

function readinessOf(probes: Readonly<Record<string, () => boolean>>): Readiness {
  const readiness = new Readiness();
  for (const [name, probe] of Object.entries(probes)) readiness.add(name, probe);
  return readiness;
}
