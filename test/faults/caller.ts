import { Agent, request } from 'undici';

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Equal instances; a failed attempt goes on to the next one. */
  readonly urls: readonly string[];
  readonly path: string;
  readonly token: string;
  readonly body?: unknown;
  /** `Idempotency-Key`. */
  readonly key?: string;
  /** How long the service itself may hold the answer, milliseconds. */
  readonly heldMs?: number;
}

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Clients try for this long with the same id, milliseconds. */
const RETRY_MS = 60_000;
const ATTEMPT_MS = 7_000;
const AGAIN = new Set([429, 500, 502, 503, 504]);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * An HTTP client of its own, not the SDK: the judge must not share code with the judged. Every retry sends the same bytes.
 * An answer below 500 is an acknowledgement or a refusal; everything else is asked again.
 */
export class Caller {
  /** Longest time from a first failed attempt to the answer, milliseconds. */
  longestMs = 0;
  longestCall = '';
  retries = 0;
  gaveUp: string[] = [];
  /** Codes of 500s: each is a fault of ours, even when the retry worked. */
  readonly serverErrors: string[] = [];
  private readonly dispatcher = new Agent({ connections: 256, keepAliveTimeout: 5_000 });

  /** @throws Error when no attempt was answered within the bound */
  async call(call: Call): Promise<Reply> {
    const started = Date.now();
    let failedAt: number | null = null;
    for (let attempt = 0; ; attempt++) {
      const reply = await this.attempt(call, call.urls[attempt % call.urls.length]!);
      if (reply) {
        if (failedAt !== null) this.note(call, Date.now() - failedAt);
        return reply;
      }
      failedAt ??= Date.now();
      this.retries++;
      if (Date.now() - started > RETRY_MS + (call.heldMs ?? 0)) break;
      await sleep(Math.min(1_000, 50 * 2 ** attempt) * (0.5 + Math.random()));
    }
    this.gaveUp.push(`${call.method} ${call.path}`);
    throw new Error(`no answer within ${RETRY_MS} ms: ${call.method} ${call.path}`);
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }

  private note(call: Call, ms: number): void {
    if (ms <= this.longestMs) return;
    this.longestMs = ms;
    this.longestCall = `${call.method} ${call.path.split('/').slice(0, 3).join('/')}`;
  }

  private async attempt(call: Call, url: string): Promise<Reply | null> {
    try {
      const timeout = ATTEMPT_MS + (call.heldMs ?? 0);
      const { statusCode, body } = await request(url + call.path, {
        method: call.method,
        dispatcher: this.dispatcher,
        signal: AbortSignal.timeout(timeout),
        headers: {
          authorization: `Bearer ${call.token}`,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
      });
      const text = await body.text();
      if (statusCode === 500) this.serverErrors.push(`${call.method} ${call.path}: ${text.slice(0, 200)}`);
      return AGAIN.has(statusCode) ? null : { status: statusCode, body: JSON.parse(text) as Record<string, unknown> };
    } catch {
      return null;
    }
  }
}
