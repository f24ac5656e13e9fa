import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { devToken } from './dev-token.js';
import type { TokenOrder } from './dev-token.js';
import type { IssuerConfig } from './issuer.config.js';
import type { IssuerKey } from './key.js';
import { loginPage } from './login-page.js';
import type { People } from './people.js';

export interface IssuerParts {
  readonly config: IssuerConfig;
  readonly key: IssuerKey;
  readonly provider: Provider;
  readonly people: People;
}

const BODY_LIMIT = 16_384;

async function bodyText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_LIMIT) throw new Error('the body is too long');
  }
  return text;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

function html(response: ServerResponse, text: string): void {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }).end(text);
}

/** `POST /dev/token { subject, tenant?, kind?, ttl_s? }`; JSON and our own host only, so that no web page can ask for one. */
async function postDevToken(parts: IssuerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  if (!isJson || `http://${request.headers.host}` !== parts.config.issuer)
    return json(response, 400, { error: 'send JSON to this host' });
  const order = JSON.parse(await bodyText(request)) as TokenOrder & { subject?: string; tenant?: string };
  const reviewer = await parts.people.find(order.subject ?? '');
  if (!reviewer || (order.tenant && order.tenant !== reviewer.tenant))
    return json(response, 404, { error: 'no such person in the roster' });
  json(response, 200, {
    access_token: await devToken(parts.config.issuer, parts.key, reviewer, order),
    token_type: 'Bearer',
  });
}

async function login(parts: IssuerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await parts.provider.interactionDetails(request, response);
  const subject = request.method === 'POST' ? new URLSearchParams(await bodyText(request)).get('subject') : null;
  if (subject === null || !(await parts.people.find(subject)))
    return html(response, loginPage(await parts.people.all()));
  await parts.provider.interactionFinished(
    request,
    response,
    { login: { accountId: subject } },
    { mergeWithLastSubmission: false },
  );
}

/** The provider's own routes and ours beside them. */
export function issuerHandler(parts: IssuerParts): (request: IncomingMessage, response: ServerResponse) => void {
  const standard = parts.provider.callback();
  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/health/live' || path === '/health/ready') return json(response, 200, { status: 'ok' });
    if (path === '/dev/token' && request.method === 'POST') return postDevToken(parts, request, response);
    if (path.startsWith('/login/')) return login(parts, request, response);
    await standard(request, response);
  };
  return (request, response) => {
    route(request, response).catch(() => {
      if (response.headersSent) response.end();
      else json(response, 400, { error: 'the request or the sign-in session is not valid; start again' });
    });
  };
}
