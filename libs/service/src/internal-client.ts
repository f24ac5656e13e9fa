import { Agent, request } from 'undici';
import { CountersignError } from '@countersign/canonical';
import type { Problem } from '@countersign/canonical';
import { INTERNAL_HEADER } from './internal-header.js';
import type { Logger } from './logger.js';

export interface InternalCall {
  readonly method: 'GET' | 'POST';
  /** With its query, from the leading slash on. */
  readonly path: string;
  readonly body?: unknown;
  /** In place of a JSON body: these bytes, as they are. */
  readonly raw?: { readonly type: string; readonly bytes: Buffer };
  /** Longest wait for one instance's answer, milliseconds, 1 or more. */
  readonly timeoutMs: number;
  /** Ends the call: whoever it was made for has gone. */
  readonly signal?: AbortSignal | undefined;
}

export interface InternalAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface InternalClientOptions {
  /** Instances that can all answer, at least one, without trailing slashes. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly log: Logger;
}

const FIRST_COOL_DOWN_MS = 1_000;
const LONGEST_COOL_DOWN_MS = 30_000;
const CONNECT_TIMEOUT_MS = 1_000;

/** Asks the instances of another service over internal HTTP; every call must be safe to repeat. */
export class InternalClient {
  // As many connections as calls: with a limit, calls that wait for people would hold up all others.
  private readonly agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS } });
  private readonly down = new Map<string, { untilMs: number; coolDownMs: number }>();
  private turn = 0;

  constructor(private readonly options: InternalClientOptions) {}

  /**
   * Tries one instance after the other until one answers; one that did not answer lately comes last.
   * @returns any answer below 500, and problems that the service stated itself
   * @throws CountersignError `overloaded` when no instance answers, or when the signal ends the call
   */
  async call(call: InternalCall): Promise<InternalAnswer> {
    let fault: unknown = null;
    for (const url of this.order(Date.now())) {
      try {
        const answer = await this.ask(url, call);
        if (answer.status !== 502 && !isUnready(answer)) return this.answered(url, answer);
        fault = new Error(`status ${answer.status}`);
      } catch (error) {
        fault = error;
      }
      if (call.signal?.aborted) break;
      this.failed(url, fault);
    }
    throw new CountersignError(
      'overloaded',
      'a service that is needed does not answer; retry with the same key',
      { retry_after: 1 },
      { cause: fault },
    );
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private order(nowMs: number): string[] {
    const { urls } = this.options;
    this.turn = (this.turn + 1) % urls.length;
    const rotated = [...urls.slice(this.turn), ...urls.slice(0, this.turn)];
    const isDown = (url: string) => (this.down.get(url)?.untilMs ?? 0) > nowMs;
    return [...rotated.filter((url) => !isDown(url)), ...rotated.filter(isDown)];
  }

  private answered(url: string, answer: InternalAnswer): InternalAnswer {
    this.down.delete(url);
    return answer;
  }

  /** Each failure after a rest doubles the next rest, so that a frozen instance costs few callers a time-out. */
  private failed(url: string, fault: unknown): void {
    const [nowMs, known] = [Date.now(), this.down.get(url)];
    if (known && known.untilMs > nowMs) return;
    const coolDownMs = known ? Math.min(known.coolDownMs * 2, LONGEST_COOL_DOWN_MS) : FIRST_COOL_DOWN_MS;
    this.down.set(url, { untilMs: nowMs + coolDownMs, coolDownMs });
    this.options.log.warn('instance does not answer', { url, fault, rest_ms: coolDownMs });
  }

  private async ask(url: string, { method, path, timeoutMs, signal, ...call }: InternalCall): Promise<InternalAnswer> {
    const sent = sentBy(call);
    const response = await request(url + path, {
      dispatcher: this.agent,
      method,
      headers: {
        [INTERNAL_HEADER]: this.options.token,
        ...(sent && { 'content-type': sent.type }),
      },
      ...(sent && { body: sent.bytes }),
      signal,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const text = await response.body.text();
    return { status: response.statusCode, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }
}

function sentBy({ body, raw }: Pick<InternalCall, 'body' | 'raw'>): InternalCall['raw'] {
  return body === undefined ? raw : { type: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
}

// An instance that is still folding says 503 overloaded: another one may know.
const isUnready = ({ status, body }: InternalAnswer): boolean =>
  status === 503 && (body as Partial<Problem> | null)?.type === 'urn:countersign:problem:overloaded';

/** The problem that another service answered, as the error that passes it on unchanged. @throws it */
export function passOn(answer: InternalAnswer): InternalAnswer {
  if (answer.status < 400) return answer;
  const { type, title: _title, status: _status, detail, ...details } = answer.body as Problem;
  const code = type.replace('urn:countersign:problem:', '') as CountersignError['code'];
  throw new CountersignError(code, detail, details);
}
