import { join } from 'node:path';
import { connect, createAppender, deadLetters, KafkaServer } from '@countersign/kafka';
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
import type { Appender, KafkaConnection } from '@countersign/kafka';
import type { Logger, ReviewerAuth, RunningService } from '@countersign/service';
import { openSigningKeys } from '@countersign/token';
import type { ApprovalConfig } from './approval.config.js';
import { ApprovalModule } from './approval.module.js';
import { Assigner } from './assign/assigner.js';
import { Evidence } from './evidence/evidence.js';
import { EvidenceClaims } from './evidence/evidence-claims.js';
import { EvidenceUsage } from './evidence/evidence-quota.js';
import { openEvidenceDirectory } from './evidence/evidence-store.js';
import { ApprovalTokens } from './http/approval-tokens.js';
import { Custody } from './http/custody.js';
import { Edits } from './http/edits.js';
import { Batches } from './http/batches.js';
import { Queue } from './http/queue.js';
import { Shown } from './http/shown.js';
import { Votes } from './http/votes.js';
import { Hints } from './judge/hints.js';
import { Judge } from './judge/judge.js';
import { Ticker } from './judge/ticker.js';
import { View } from './judge/view.js';
import { makeNotify } from './notify/make-notify.js';
import { EndedSessions } from './page/ended-sessions.js';
import type { PageParts } from './page/page-sessions.js';
import { Sealed } from './page/sealed.js';
import { SignIn } from './page/sign-in.js';
import { createLogPublisher, publishedUpTo } from './publisher/log-publisher.js';
import { entriesOfFile, readRosterFile } from './roster/roster-file.js';
import { RosterLog } from './roster/roster-log.js';

const SWEEP_EVERY_MS = 30_000;
/** Whoever publishes from this partition of the approval log assigns requests. */
const IN_CHARGE = 0;
const NOTIFY_GROUP = 'countersign.approval.notifications';

/**
 * Puts approval together and starts it. It listens at once and answers when it has read the log.
 * @throws as `startService`, or when the signing keys cannot be read
 */
export async function startApproval(config: ApprovalConfig): Promise<RunningService> {
  const log = createLogger('approval', config.logLevel);
  const parts = partsOf(config, log);
  const { connection, judge, hints, view, policy, publisher, credentials, notify, ticker } = parts;
  const { appender, roster, transport, assigner, keys, limit } = parts;
  const reviewers = new RosteredAuth(config.issuers, roster, limit);
  const page = pageOf(config, { reviewers, connection, appender, log });
  const [shown, votes] = [new Shown(judge, log), new Votes(judge, view, new Edits(policy))];
  const evidence = await evidenceOf(config, judge, log);
  const module = ApprovalModule.of({
    ...{ judge, view, notify, roster, redactionKeys: config.redactionKeys },
    tokens: new ApprovalTokens(await openSigningKeys(join(config.secretsDir, 'signing-keys.json')), config.tokenIssuer),
    ...{ votes, custody: new Custody(judge, votes), evidence },
    ...{ queue: new Queue(view, shown), batches: new Batches(view, shown) },
    page,
  });
  const readiness = readinessOf({
    judge: () => judge.ready(),
    hints: () => hints.healthy(),
    roster: () => roster.healthy(),
    publisher: () => publisher.healthy(),
    notifications: () => notify.notifications.healthy(),
    sessions: () => page === null || page.sessions.healthy(),
  });
  const sweeping = sweepOften(hints, evidence);
  const onClosed = async (): Promise<void> => {
    clearInterval(sweeping);
    for (const part of [ticker, assigner, credentials, notify.settings]) part.close();
    await closeInOrder(
      [publisher, judge, hints, roster, policy, notify.notifications, ...(page ? [page.sessions] : [])],
      [appender, connection],
    );
  };
  const options = { name: 'approval', module, config, log, readiness, transport, onClosed };
  const service = await startService({ ...options, ...httpOf(config), authenticators: { keys, reviewers } });
  await Promise.all([judge.start(), openRoster(roster, config)]);
  await Promise.all([hints.start(), publisher.start(), notify.notifications.start(), page?.sessions.start()]);
  for (const part of [ticker, assigner]) part.start();
  return service;
}

const evidenceOf = async (config: ApprovalConfig, judge: Judge, log: Logger): Promise<Evidence> => {
  const { evidenceDir, evidenceQuota } = config;
  const store = await openEvidenceDirectory(evidenceDir);
  const usage = new EvidenceUsage(judge, evidenceQuota);
  return new Evidence({ ...{ judge, store, usage, log }, claims: new EvidenceClaims(evidenceDir) });
};

function sweepOften(hints: Hints, evidence: Evidence): NodeJS.Timeout {
  const sweep = (): void => {
    hints.sweep(Date.now());
    void evidence.sweep(Date.now());
  };
  return setInterval(sweep, SWEEP_EVERY_MS).unref();
}

/** What reads and writes the log, not started yet. */
function partsOf(config: ApprovalConfig, log: Logger) {
  const { macKeys, secretsDir, instanceId } = config;
  const connection = connect({ brokers: [...config.kafkaBrokers], clientId: instanceId, log });
  const appender = createAppender(connection);
  const deadLetter = deadLetters({ appender, macKeys, service: 'approval' });
  const credentials = new CredentialsFile(secretsDir, log);
  const limit = new RateLimit(config.rate);
  const judge = new Judge({ connection, appender, macKeys, publishedUpTo: publishedUpTo(connection) });
  const hints = hintsBeside(judge, { connection, macKeys, log });
  const publisher = createLogPublisher({ connection, macKeys });
  const roster = new RosterLog({ connection, appender, macKeys, log, issuers: config.issuers });
  return {
    ...{ connection, appender, judge, hints, view: new View(judge, hints), ticker: new Ticker(judge, log) },
    policy: new InternalClient({ urls: [config.policyUrl], token: config.internalToken, log }),
    ...{ publisher, roster },
    assigner: new Assigner({ judge, roster, log, isInCharge: () => publisher.owns(IN_CHARGE) }),
    credentials,
    ...{ limit, keys: new KeyAuth(credentials, limit) },
    transport: new KafkaServer({ connection, groupId: NOTIFY_GROUP, deadLetter }),
    notify: makeNotify(config, { connection, appender, credentials, log }),
  };
}

interface Closable {
  readonly close: () => Promise<unknown>;
}

/** Those that use the log together, then one by one what they use. */
async function closeInOrder(users: readonly Closable[], used: readonly Closable[]): Promise<void> {
  await Promise.allSettled(users.map((part) => part.close()));
  for (const part of used) await part.close();
}

/** Everybody known so far, then what the file says anew. */
async function openRoster(roster: RosterLog, { rosterFile, operator }: ApprovalConfig): Promise<void> {
  const people = rosterFile === null ? null : readRosterFile(rosterFile);
  await roster.start();
  if (people !== null) await roster.change(entriesOfFile(people, roster.roster, operator));
}

function hintsBeside(
  judge: Judge,
  options: Pick<ConstructorParameters<typeof Hints>[0], 'connection' | 'macKeys' | 'log'>,
): Hints {
  const isDecided = (actionId: string): boolean => judge.partitions.some(({ actions }) => actions.has(actionId));
  const hints = new Hints({ ...options, isDecided, onProposed: (actionId) => judge.watchers.wake([actionId]) });
  judge.onTouched = (actionIds) => hints.forget(actionIds);
  return hints;
}

interface PageNeeds {
  readonly reviewers: ReviewerAuth;
  readonly connection: KafkaConnection;
  readonly appender: Appender;
  readonly log: Logger;
}

/** The page signs people in at the first identity provider; without a client id there it is left out. */
function pageOf(config: ApprovalConfig, parts: PageNeeds): PageParts | null {
  const { pageClientId: clientId, issuers, pageUrls: urls, internalToken, macKeys } = config;
  const issuer = issuers[0]?.issuer;
  if (clientId === null || issuer === undefined) return null;
  const sessions = new EndedSessions({ ...parts, macKeys });
  const { reviewers } = parts;
  const signIn = new SignIn({ issuer, clientId, reviewers, sealed: new Sealed(internalToken), ended: sessions });
  return { signIn, sessions, urls };
}

/** Forms come from the page alone. */
const httpOf = ({ pageUrls }: ApprovalConfig) => ({
  acceptForms: true,
  origins: pageUrls.map((url) => new URL(url).origin),
});

function readinessOf(probes: Readonly<Record<string, () => boolean>>): Readiness {
  const readiness = new Readiness();
  for (const [name, probe] of Object.entries(probes)) readiness.add(name, probe);
  return readiness;
}
