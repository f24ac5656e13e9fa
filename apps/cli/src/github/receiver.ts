import { parseJson } from '@countersign/canonical';
import { propose, SdkError } from '@countersign/sdk';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { follow, type Following } from './follow.js';
import type { GithubApp } from './github.config.js';
import { isCallbackOf, isFromGithub, ruleEventOf } from './rule-event.js';
import { ruleKey, ruleProposal } from './rule-proposal.js';
import { ENDED_TOO, PENDING, unanswered } from './unanswered.js';

const LONGEST_BYTES = 1024 * 1024;
const DEPTH = 64;
const EVENT = 'deployment_protection_rule';
const SWEEP_MS = 60_000;

export interface Receiver {
  url: string;
  close(): Promise<void>;
}

interface Taking extends Following {
  /** Follows an action unless this receiver does or did so. */
  take(actionId: string): void;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}
const refusal = (status: number, error: string): Answer => ({ status, body: { error } });

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

function parse(body: Buffer) {
  try {
    return ruleEventOf(parseJson(body.toString(), { maxDepth: DEPTH }));
  } catch {
    return null;
  }
}

/** Answers only after the proposal is in the log: GitHub shows a delivery that failed, and it can be sent again. */
async function receive(request: IncomingMessage, app: GithubApp, following: Taking): Promise<Answer> {
  const body = await readBody(request);
  if (body === null) return refusal(413, 'the body is too large');
  const signature = request.headers['x-hub-signature-256'];
  if (!isFromGithub(body, typeof signature === 'string' ? signature : undefined, app.webhookSecret))
    return refusal(401, 'the signature is wrong');
  if (request.headers['x-github-event'] !== EVENT) return { status: 202, body: { ignored: true } };
  const event = parse(body);
  if (event === null) return refusal(422, 'a member that is needed to answer is missing');
  if (!isCallbackOf(event.repository, event.callback_url, app.apiUrl))
    return refusal(422, 'the callback is not of this repository at the API that was configured');
  const { client, options, log } = following;
  const { action, replayed } = await propose(client, ruleProposal(event, options), ruleKey(event));
  const { action_id } = action;
  log('received', { action_id, replayed, delivery: request.headers['x-github-delivery'] });
  following.take(action_id);
  return { status: 202, body: { action_id, replayed } };
}

async function handle(request: IncomingMessage, response: ServerResponse, app: GithubApp, following: Taking) {
  const answer = await (async () => {
    if (request.method === 'GET' && request.url === '/health/ready') return { status: 200, body: {} };
    if (request.method !== 'POST' || request.url !== '/webhook') return refusal(404, 'POST /webhook');
    return receive(request, app, following);
  })().catch((error: unknown) => {
    following.log('cannot propose', { code: error instanceof SdkError ? error.code : String(error) });
    return refusal(503, 'not proposed; deliver it again');
  });
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}

function takingOf(parts: Omit<Following, 'stopped'>, stopped: AbortSignal): Taking {
  const taken = new Set<string>();
  const following = { ...parts, stopped };
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
