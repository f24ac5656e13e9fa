import { propose } from '@countersign/sdk';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Deliveries, FOREIGN, LONGEST_BYTES, readDelivery, refusalOf, TOO_LARGE, UNSIGNED } from './deliveries.js';
import type { Read, Refusal } from './deliveries.js';
import { follow, type Following } from './follow.js';
import type { GithubApp } from './github.config.js';
import { isCallbackOf, isFromGithub } from './rule-event.js';
import { ruleKey, ruleProposal } from './rule-proposal.js';
import { ENDED_TOO, PENDING, unanswered } from './unanswered.js';

const SWEEP_MS = 60_000;

export interface Receiver {
  url: string;
  close(): Promise<void>;
}

interface Taking extends Following {
  /** Follows an action unless this receiver does or did so. */
  take(actionId: string): void;
  readonly deliveries: Deliveries;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}
const refusal = (status: number, error: string): Answer => ({ status, body: { error } });
const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined =>
  typeof headers[name] === 'string' ? headers[name] : undefined;

/** The bytes of a body, or null when there are too many. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > LONGEST_BYTES) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

async function read(request: IncomingMessage, app: GithubApp): Promise<Read> {
  const body = await readBody(request);
  if (body === null) return TOO_LARGE;
  if (!isFromGithub(body, headerOf(request, 'x-hub-signature-256'), app.webhookSecret)) return UNSIGNED;
  const found = readDelivery(headerOf(request, 'x-github-event'), headerOf(request, 'content-type'), body);
  const isForeign = 'event' in found && !isCallbackOf(found.event.repository, found.event.callback_url, app.apiUrl);
  return isForeign ? FOREIGN : found;
}

/** Answers only after the proposal is in the log: GitHub shows a delivery that failed, and it can be sent again. */
async function receive(request: IncomingMessage, app: GithubApp, following: Taking): Promise<Answer> {
  const { client, options, log, deliveries } = following;
  const delivery = headerOf(request, 'x-github-delivery');
  const refuse = (refused: Refusal): Answer => {
    deliveries.refused(refused);
    log('refused', { delivery, ...refused });
    return { status: refused.status, body: { error: refused.why, member: refused.member } };
  };
  const found = await read(request, app);
  if ('ignored' in found) {
    deliveries.ignored();
    return { status: 202, body: { ignored: true } };
  }
  if (!('event' in found)) return refuse(found);
  try {
    const { action, replayed } = await propose(client, ruleProposal(found.event, options), ruleKey(found.event));
    deliveries.proposed();
    log('received', { action_id: action.action_id, replayed, delivery });
    following.take(action.action_id);
    return { status: 202, body: { action_id: action.action_id, replayed } };
  } catch (fault) {
    return refuse(refusalOf(fault));
  }
}

async function handle(request: IncomingMessage, response: ServerResponse, app: GithubApp, following: Taking) {
  if (request.method === 'GET' && request.url === '/metrics') return sendMetrics(response, following.deliveries);
  const answer = await (async () => {
    if (request.method === 'GET' && request.url === '/health/ready') return { status: 200, body: {} };
    if (request.method !== 'POST' || request.url !== '/webhook') return refusal(404, 'POST /webhook');
    return receive(request, app, following);
  })().catch((error: unknown) => {
    following.log('delivery not read', { cause: String(error) });
    return refusal(503, 'not read; deliver it again');
  });
  // What was not read to its end stays in the connection, which is of no use any more.
  if (answer.status === TOO_LARGE.status) response.setHeader('connection', 'close');
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}

async function sendMetrics(response: ServerResponse, { registry }: Deliveries): Promise<void> {
  const text = await registry.metrics();
  response.writeHead(200, { 'content-type': registry.contentType });
  response.end(text);
}

function takingOf(parts: Omit<Following, 'stopped'>, stopped: AbortSignal): Taking {
  const taken = new Set<string>();
  const following = { ...parts, stopped, deliveries: new Deliveries() };
  const take = (actionId: string): void => {
    if (taken.has(actionId)) return;
    taken.add(actionId);
    void follow(following, actionId);
  };
  return { ...following, take };
}

/** Takes up what an earlier receiver left unanswered. @throws SdkError when the system cannot be asked */
async function sweep({ client, options, take }: Taking, statuses: readonly string[]): Promise<void> {
  for (const actionId of await unanswered(client, options, statuses)) take(actionId);
}

/**
 * Listens on the loopback address, behind whatever ends TLS, after it has taken up what was left unanswered.
 * @throws SdkError when the system cannot be asked
 */
export async function startReceiver(
  port: number,
  app: GithubApp,
  parts: Omit<Following, 'stopped'>,
): Promise<Receiver> {
  const stop = new AbortController();
  const taking = takingOf(parts, stop.signal);
  await sweep(taking, ENDED_TOO);
  // What was not decided yet when an earlier receiver ended is not in the list at the start.
  const sweeping = setInterval(() => void sweep(taking, PENDING).catch(() => undefined), SWEEP_MS).unref();
  const server = createServer((request, response) => void handle(request, response, app, taking));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      stop.abort();
      clearInterval(sweeping);
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
