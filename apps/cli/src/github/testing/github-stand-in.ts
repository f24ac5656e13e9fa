import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importSPKI, jwtVerify } from 'jose';
import type { GithubApp } from '../github.config.js';

export const INSTALLATION = 4711;
export const APP_ID = '12345';
const WEBHOOK_SECRET = 'It is a secret to everybody';

/** A review as GitHub received it, with the status that it was answered with. */
export interface Reviewed {
  path: string;
  body: { environment_name: string; state: string; comment: string };
  status: number;
}

/** GitHub as its documentation describes tokens of installations and reviews of deployment protection rules. */
export interface GithubStandIn {
  app: GithubApp;
  reviewed: Reviewed[];
  /** How many tokens were given out. */
  tokens: number;
  /** The next reviews are answered with these statuses, then with 204. */
  fail: number[];
  close(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

interface KeyPair {
  publicKey: string;
  privateKey: string;
}

function createKeys(): KeyPair {
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;
  return generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding });
}

type Answered = [status: number, body: unknown];
type Answers = (path: string, bearer: string, body: string) => Promise<Answered>;

async function listen(answer: Answers): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
      const [status, body] = await answer(request.url ?? '', bearer, await readBody(request));
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === null ? '' : JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

export async function startGithub(): Promise<GithubStandIn> {
  const { publicKey, privateKey } = createKeys();
  const key = await importSPKI(publicKey, 'RS256');
  const live = new Set<string>();

  async function giveToken(bearer: string): Promise<Answered> {
    const { payload } = await jwtVerify(bearer, key, { issuer: APP_ID, algorithms: ['RS256'], maxTokenAge: 600 });
    if ((payload.exp ?? 0) - Date.now() / 1000 > 600) return [401, { message: 'exp is too far in the future' }];
    const token = `ghs_${(standIn.tokens += 1)}`;
    live.add(token);
    return [201, { token, expires_at: new Date(Date.now() + 3_600_000).toISOString() }];
  }

  function review(path: string, bearer: string, text: string): Answered {
    const body = JSON.parse(text) as Reviewed['body'];
    const next = standIn.fail.shift();
    if (next === 401) live.clear();
    const wrong = !['approved', 'rejected'].includes(body.state) || typeof body.environment_name !== 'string';
    const status = !live.has(bearer) ? 401 : (next ?? (wrong ? 422 : 204));
    standIn.reviewed.push({ path, body, status });
    return [status, null];
  }

  const { url: apiUrl, close } = await listen((path, bearer, text) =>
    path === `/app/installations/${INSTALLATION}/access_tokens`
      ? giveToken(bearer).catch((): Answered => [401, { message: 'bad JWT' }])
      : Promise.resolve(review(path, bearer, text)),
  );
  const standIn: GithubStandIn = {
    app: { apiUrl, appId: APP_ID, privateKey, webhookSecret: WEBHOOK_SECRET },
    ...{ reviewed: [], tokens: 0, fail: [] },
    close,
  };
  return standIn;
}

/** A payload with the documented members, of a run of its own. */
export function rulePayload({ apiUrl }: GithubApp, run: number, more: object = {}) {
  return {
    ...{ action: 'requested', environment: 'production', event: 'push' },
    deployment_callback_url: `${apiUrl}/repos/acme/shop/actions/runs/${run}/deployment_protection_rule`,
    deployment: {
      ...{
        id: run * 10,
        node_id: 'DE_1',
        sha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
        ref: 'main',
        task: 'deploy',
      },
      ...{ environment: 'production', original_environment: 'production', description: null, payload: {} },
    },
    pull_requests: [{ id: 1, number: 7, url: `${apiUrl}/repos/acme/shop/pulls/7` }],
    repository: { id: 1296269, name: 'shop', full_name: 'acme/shop', private: true },
    organization: { login: 'acme', id: 9 },
    installation: { id: INSTALLATION, node_id: 'MDIz' },
    sender: { login: 'ada', id: 3 },
    ...more,
  };
}

/** Headers of a delivery; the signature is of exactly these bytes. */
export function deliveryHeaders(body: string, delivery: string, secret = WEBHOOK_SECRET): Record<string, string> {
  return {
    ...{ 'content-type': 'application/json', 'x-github-event': 'deployment_protection_rule' },
    ...{ 'x-github-delivery': delivery, 'x-github-hook-installation-target-type': 'integration' },
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}
