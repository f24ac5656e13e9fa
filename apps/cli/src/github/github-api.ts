import { importPKCS8, SignJWT } from 'jose';
import type { GithubApp } from './github.config.js';
import { isCallbackOf, type RuleEvent } from './rule-event.js';

export interface Review {
  environment_name: string;
  state: 'approved' | 'rejected';
  comment: string;
}

/** `again`: worth another try; `gone`: GitHub does not wait for an answer any more, or never did. */
export type Sent = { result: 'sent' } | { result: 'again' | 'gone'; status: number | null };

const TIMEOUT_MS = 10_000;
/** Tokens live an hour; one that is nearly over is not used. */
const SPARE_MS = 60_000;
const JWT_LIFE_S = 540;
/** So that a clock which is a little ahead does not matter. */
const CLOCK_S = 60;

interface InstallationToken {
  token: string;
  expiresAt: number;
}

/** Speaks to GitHub as the app; tokens of installations are kept until they are nearly over. */
export class GithubApi {
  private readonly tokens = new Map<number, InstallationToken>();
  constructor(private readonly app: GithubApp) {}

  /** Approves or rejects the deployment that waits. Never throws: what failed is a value. */
  async review(event: RuleEvent, review: Review): Promise<Sent> {
    if (!isCallbackOf(event.repository, event.callback_url, this.app.apiUrl)) return { result: 'gone', status: null };
    const token = await this.tokenOf(event.installation_id);
    if (typeof token !== 'string') return token;
    const status = await this.post(event.callback_url, token, review);
    if (status.code === 401) this.tokens.delete(event.installation_id);
    return sentOf(status.code);
  }

  private async tokenOf(installation: number): Promise<string | Sent> {
    const known = this.tokens.get(installation);
    if (known !== undefined && known.expiresAt - SPARE_MS > Date.now()) return known.token;
    const path = `/app/installations/${installation}/access_tokens`;
    const { code, body } = await this.post(this.app.apiUrl + path, await this.jwt(), {});
    const { token, expires_at } = (body ?? {}) as { token?: unknown; expires_at?: unknown };
    if (code !== 201 || typeof token !== 'string') {
      const sent = sentOf(code);
      return sent.result === 'sent' ? { result: 'again', status: code } : sent;
    }
    this.tokens.set(installation, { token, expiresAt: Date.parse(String(expires_at)) || 0 });
    return token;
  }

  private async jwt(): Promise<string> {
    const key = await importPKCS8(this.app.privateKey, 'RS256');
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.app.appId, iat: now - CLOCK_S, exp: now + JWT_LIFE_S };
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT' }).sign(key);
  }

  private async post(url: string, bearer: string, body: object): Promise<{ code: number | null; body: unknown }> {
    const headers = {
      ...{ accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      ...{ authorization: `Bearer ${bearer}`, 'content-type': 'application/json', 'user-agent': 'countersign' },
    };
    const request = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error' } as const;
    try {
      const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const text = await response.text();
      return { code: response.status, body: text === '' ? null : JSON.parse(text) };
    } catch {
      return { code: null, body: null };
    }
  }
}

function sentOf(status: number | null): Sent {
  if (status !== null && status >= 200 && status < 300) return { result: 'sent' };
  // 401: the token was taken back; 403 and 429: the rate of the app is used up.
  const again = status === null || status >= 500 || [401, 403, 408, 429].includes(status);
  return { result: again ? 'again' : 'gone', status };
}
