import { createClient, createEndpoint, SdkError, type Client, type Endpoint } from '@countersign/sdk';
import type { JsonValue } from '@countersign/canonical';
import { wrongUse } from './command-error.js';
import { postForLines } from './lines.js';
import {
  reviewerOf,
  unknownReviewer,
  type LocalAgent,
  type LocalExecutor,
  type LocalReviewer,
  type LocalSystem,
  type NamedPerson,
} from './local-system.js';

/** How long a command waits for a part that is down, milliseconds; a person is watching. */
export const RETRY_FOR_MS = 5_000;

export function agentClient(local: LocalSystem, agent: LocalAgent, retryForMs?: number): Client {
  const { intake_url: intakeUrl, approval_urls: approvalUrls } = local;
  return createClient({ intakeUrl, approvalUrls, apiKey: agent.api_key, retryForMs });
}

export function executorClient(local: LocalSystem, executor: LocalExecutor): Client {
  return createClient({ approvalUrls: local.approval_urls, apiKey: executor.api_key });
}

/** A person signed in at the development identity provider, and the services that listen to people. */
export interface Person {
  subject: string;
  approval: Endpoint;
  intake: Endpoint;
  telemetry: Endpoint;
  policy: Endpoint;
  /** Asks the policy service for an answer in lines of JSON. */
  policyLines: (path: string, body: JsonValue) => AsyncGenerator<JsonValue>;
}

/**
 * A bearer token for this person from the development identity provider. Never logged.
 * @throws CommandError (exit code 2) when it does not know the person
 */
export async function personToken(local: LocalSystem, { subject, tenant }: NamedPerson): Promise<string> {
  const issuer = createEndpoint({ urls: [local.issuer_url], bearer: null, retryForMs: RETRY_FOR_MS });
  const body = { subject, ...(tenant !== undefined && { tenant }) };
  const answer = await issuer.send({ method: 'POST', path: '/dev/token', body }).catch((error: unknown) => {
    throw error instanceof SdkError && error.status === 404 ? unknownReviewer(local, subject) : error;
  });
  return (answer.body as { access_token: string }).access_token;
}

export async function signIn(local: LocalSystem, reviewer: NamedPerson, retryForMs = RETRY_FOR_MS): Promise<Person> {
  const bearer = await personToken(local, reviewer);
  const endpoint = (...urls: string[]): Endpoint => createEndpoint({ urls, bearer, retryForMs });
  return {
    subject: reviewer.subject,
    approval: endpoint(...local.approval_urls),
    intake: endpoint(local.intake_url),
    telemetry: endpoint(local.telemetry_url),
    policy: endpoint(local.policy_url),
    policyLines: (path, body) => postForLines(local.policy_url + path, bearer, body),
  };
}

/**
 * Signs in whoever reads: the named person, or the first one of the tenant that has a role.
 * @throws CommandError (exit code 2) when there is no such person
 */
export async function signInReader(local: LocalSystem, subject?: string, tenant = 'acme'): Promise<Person> {
  const hasRole = (one: LocalReviewer): boolean => one.tenant === tenant && one.roles.length > 0;
  const reader = subject === undefined ? local.reviewers.find(hasRole) : reviewerOf(local, subject);
  if (reader === undefined) throw wrongUse(`Nobody in ${tenant} has a role. Name a reviewer by --reviewer.`);
  return signIn(local, reader);
}

/**
 * Signs in the named admin, or the first one of the roster.
 * @throws CommandError (exit code 2) when there is no such person
 */
export async function signInAdmin(local: LocalSystem, subject?: string): Promise<Person> {
  const isAdmin = ({ roles }: LocalReviewer): boolean => roles.includes('admin');
  const admin = subject === undefined ? local.reviewers.find(isAdmin) : reviewerOf(local, subject);
  if (admin === undefined) throw wrongUse('Nobody here has the role admin. Name a person by --reviewer.');
  return signIn(local, admin);
}
