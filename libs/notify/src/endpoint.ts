import { z } from 'zod';
import type { CallbackEndpoint } from './callback.js';
import { MESSAGE_TYPES } from './message.js';
import { secretKey } from './signature.js';

const name = z.string().min(1).max(300);
const names = z.array(name).max(100).optional();

const common = {
  tenant: name,
  /** Unique within the tenant. */
  endpoint_id: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
  /** Message types to send. Default: all about requests. */
  events: z.array(z.enum(MESSAGE_TYPES)).min(1).optional(),
  /** Only these action types, gates or environments. Default: all. */
  action_types: names,
  gates: names,
  environments: names,
  /** Only what is for these people: what they were assigned, reminders and escalations of what they have. Default: all. */
  people: names,
  /** Nothing is queued for it. */
  disabled: z.boolean().optional(),
};

const address = z.string().max(2_000).refine(isPlainUrl, 'an https address without credentials is needed');
const secret = z.string().refine((text) => secretKey(text) !== null, 'whsec_ and base64 of 24 to 64 bytes is needed');

const Webhook = z.strictObject({
  ...common,
  kind: z.literal('webhook'),
  url: address,
  /** `whsec_…`; several while one takes the other's place. */
  secrets: z.array(secret).min(1).max(4),
});
const Slack = z.strictObject({ ...common, kind: z.literal('slack'), url: address });
// One mailbox each: whether it was delivered then has one answer.
const Email = z.strictObject({ ...common, kind: z.literal('email'), to: z.email().max(320) });

const Smtp = z.strictObject({
  host: name,
  port: z.number().int().min(1).max(65_535),
  /** TLS from the first byte (465); otherwise STARTTLS is demanded. */
  secure: z.boolean(),
  user: z.string().min(1).optional(),
  pass: z.string().min(1).optional(),
  from: z.email(),
  /** Sends without TLS to a server on this machine, for development. */
  dangerously_allow_plaintext_on_loopback: z.boolean().optional(),
});

/** Content of `notifications.json`. */
export const Settings = z.strictObject({
  smtp: Smtp.optional(),
  /** Ports that webhooks may use. Default: all. */
  allowed_ports: z.array(z.number().int().min(1).max(65_535)).optional(),
  /** Lets webhooks reach this machine, over http too, for development. Nothing else becomes reachable. */
  dangerously_allow_loopback: z.boolean().optional(),
  endpoints: z.array(z.discriminatedUnion('kind', [Webhook, Slack, Email])).max(1_000),
});

export type Settings = z.infer<typeof Settings>;
/** An endpoint for people, as `notifications.json` names it. */
export type PeopleEndpoint = Settings['endpoints'][number];
export type Endpoint = PeopleEndpoint | CallbackEndpoint;
export type SmtpSettings = z.infer<typeof Smtp>;

export const NO_SETTINGS: Settings = { endpoints: [] };

/** @throws Error naming the member at fault, never its value */
export function readSettings(text: string): Settings {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  const { success, data, error } = Settings.safeParse(content);
  if (!success) throw new Error(error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`).join('; '));
  const keys = data.endpoints.map(endpointKey);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw new Error(`endpoint ${twice} is there twice`);
  for (const { kind, endpoint_id } of data.endpoints)
    if (kind === 'email' && data.smtp === undefined) throw new Error(`endpoint ${endpoint_id} needs \`smtp\``);
  return data;
}

/** Name of an endpoint among those of all tenants; the record key of what is due to it. */
export const endpointKey = ({ tenant, endpoint_id }: Pick<Endpoint, 'tenant' | 'endpoint_id'>): string =>
  `${tenant}|${endpoint_id}`;

/** Whether a message could be posted there at all; where it may go is for the guard to say. */
export function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

type Facts = { readonly [member: string]: unknown };

/** Whether an endpoint wants a message. */
export function wants(
  endpoint: PeopleEndpoint,
  tenant: string,
  { type, data }: { type: string; data: Facts },
): boolean {
  const fits = (wanted: readonly string[] | undefined, ...values: unknown[]): boolean =>
    wanted === undefined || values.some((value) => wanted.includes(String(value)));
  // A freeze that names no action type, gate or environment is about all of them.
  const isWithin = (wanted: readonly string[] | undefined, member: string): boolean =>
    !(member in data) || fits(wanted, data[member]);
  return (
    endpoint.tenant === tenant &&
    endpoint.disabled !== true &&
    fits(endpoint.events, type) &&
    isWithin(endpoint.action_types, 'action_type') &&
    isWithin(endpoint.gates, 'gate') &&
    isWithin(endpoint.environments, 'environment') &&
    fits(endpoint.people, data['assignee'], data['claimed_by'])
  );
}
