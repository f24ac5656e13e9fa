import { createHmac, timingSafeEqual } from 'node:crypto';
import type { JsonValue } from '@countersign/canonical';

/** The members of a `deployment_protection_rule` webhook that are read here. */
export interface RuleEvent {
  /** `owner/name`. */
  repository: string;
  /** As the repository names it. */
  environment: string;
  deployment_id: number;
  sha: string;
  ref: string;
  /** What started the workflow, such as `push`. */
  event: string | null;
  /** Numbers, of the first 100. */
  pull_requests: number[];
  installation_id: number;
  callback_url: string;
}

const SCHEME = 'sha256=';

/** Whether GitHub signed these bytes with the secret of the webhook. */
export function isFromGithub(body: Buffer, header: string | undefined, secret: string): boolean {
  const given = Buffer.from(header ?? '', 'utf8');
  const wanted = Buffer.from(SCHEME + createHmac('sha256', secret).update(body).digest('hex'), 'utf8');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** GitHub bounds none of its members but the whole delivery; these are what one action can carry, characters. */
const LONGEST = {
  '/repository/full_name': 200,
  '/environment': 255,
  '/deployment/sha': 64,
  '/deployment/ref': 4_096,
  '/event': 255,
  '/deployment_callback_url': 2_048,
} as const;
/** Pull requests that an action names; a deployment may be of thousands. */
const MOST_PULL_REQUESTS = 100;

type Members = { [member: string]: JsonValue };
const members = (value: JsonValue | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const idOf = (value: JsonValue | undefined): number => (Number.isSafeInteger(value) ? (value as number) : 0);

/** Members without which nothing can be asked or answered; a delivery needs none of them by GitHub's own schema. */
const NEEDED = {
  '/repository/full_name': ({ repository }) => repository,
  '/environment': ({ environment }) => environment,
  '/deployment/id': ({ deployment_id }) => deployment_id,
  '/deployment/sha': ({ sha }) => sha,
  '/installation/id': ({ installation_id }) => installation_id,
  '/deployment_callback_url': ({ callback_url }) => callback_url,
} satisfies Record<string, (event: RuleEvent) => string | number>;

/** The event, or the pointer (RFC 6901) of a member that is needed and missing, or of another type, or too long. */
export function readRuleEvent(payload: JsonValue): { event: RuleEvent } | { member: string; why: string } {
  const event = membersOf(payload);
  const missing = Object.entries(NEEDED).find(([, valueOf]) => !valueOf(event))?.[0];
  if (missing !== undefined)
    return { member: missing, why: 'is missing or of another type, and without it nobody can be asked or answered' };
  const long = Object.entries(textsOf(event)).find(([at, text]) => text.length > LONGEST[at as keyof typeof LONGEST]);
  if (long === undefined) return { event };
  return { member: long[0], why: `has more than ${LONGEST[long[0] as keyof typeof LONGEST]} characters` };
}

const textsOf = (event: RuleEvent): Record<keyof typeof LONGEST, string> => ({
  '/repository/full_name': event.repository,
  '/environment': event.environment,
  '/deployment/sha': event.sha,
  '/deployment/ref': event.ref,
  '/event': event.event ?? '',
  '/deployment_callback_url': event.callback_url,
});

/** The event, or null when a member that is needed to answer is missing. */
export function ruleEventOf(payload: JsonValue): RuleEvent | null {
  const read = readRuleEvent(payload);
  return 'event' in read ? read.event : null;
}

function membersOf(payload: JsonValue): RuleEvent {
  const all = members(payload);
  const deployment = members(all['deployment']);
  const requests = Array.isArray(all['pull_requests']) ? all['pull_requests'].slice(0, MOST_PULL_REQUESTS) : [];
  return {
    repository: textOf(members(all['repository'])['full_name']),
    environment: textOf(all['environment']),
    deployment_id: idOf(deployment['id']),
    sha: textOf(deployment['sha']),
    ref: textOf(deployment['ref']),
    event: textOf(all['event']) || null,
    pull_requests: requests.map((one) => idOf(members(one)['number'])).filter((number) => number > 0),
    installation_id: idOf(members(all['installation'])['id']),
    callback_url: textOf(all['deployment_callback_url']),
  };
}

/**
 * Whether a callback address is that of a run of this repository at the API that was configured. Anything else would send
 * a token of the app to whoever wrote the address.
 */
export function isCallbackOf(repository: string, address: string, apiUrl: string): boolean {
  const start = `${apiUrl}/repos/${repository}/actions/runs/`;
  const known = /^[\w.-]+\/[\w.-]+$/.test(repository) && !/(^|\/)\.\.?(\/|$)/.test(repository);
  return (
    known && address.startsWith(start) && /^\d{1,20}\/deployment_protection_rule$/.test(address.slice(start.length))
  );
}
