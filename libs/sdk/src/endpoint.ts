import { canonicalize, type JsonValue, parseJson } from '@countersign/canonical';
import { errorOf, SdkError } from './errors.js';
import { isRetried, pauseMs, retryAfterMs } from './retry.js';

export interface EndpointOptions {
  /** Base addresses of equal instances; a failed attempt goes on to the next one. */
  urls: readonly string[];
  /** Sent as `Authorization: Bearer`; null for public routes. */
  bearer: string | null;
  /** How long 429, 503 and lost connections are retried, milliseconds. Default 60,000. */
  retryForMs?: number;
  /** Time-out of one attempt beyond what the request itself waits, milliseconds. Default 15,000. */
  attemptTimeoutMs?: number;
}

export interface Send {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: JsonValue;
  /** In place of a JSON body: these bytes, as they are. */
  raw?: { type: string; content: Uint8Array };
  headers?: Record<string, string>;
  /** How long the server itself may hold the answer, milliseconds. */
  heldMs?: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: JsonValue;
}

/** One service as seen from outside. */
export interface Endpoint {
  /** @throws SdkError with the problem's code, or `unreachable` when no attempt was answered within the bound */
  send(request: Send): Promise<Answer>;
}

/** Answers may nest a proposal of depth 32 within documents of their own. */
const ANSWER_DEPTH = 64;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The bytes and headers are made once, so every retry carries the same key and the same body. */
function requestInit(options: EndpointOptions, request: Send): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
  if (options.bearer !== null) headers['authorization'] = `Bearer ${options.bearer}`;
  if (request.raw !== undefined) {
    headers['content-type'] = request.raw.type;
    return { method: request.method, headers: sendable(headers), body: new Uint8Array(request.raw.content) };
  }
  if (request.body === undefined) return { method: request.method, headers: sendable(headers) };
  headers['content-type'] = 'application/json';
  return { method: request.method, headers: sendable(headers), body: bodyOf(request.body) };
}

/** @throws SdkError `wrong_use` for what JSON cannot carry as it is: NaN would arrive as null, a Map as nothing */
function bodyOf(body: JsonValue): string {
  try {
    return canonicalize(body);
  } catch (cause) {
    const why = 'What is sent is no JSON: no BigInt, NaN, infinite number, lone surrogate, Map or Set.';
    throw new SdkError('wrong_use', why, { cause });
  }
}

/** @throws SdkError `wrong_use` naming the header that HTTP cannot carry: no repetition would change that */
function sendable(headers: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(headers))
    if (!/^[\t\x20-\x7e]*$/.test(value))
      throw new SdkError('wrong_use', `The header ${name} holds characters that are not printable ASCII.`);
  return { ...headers };
}

type Attempt = { kind: 'answered'; answer: Answer } | { kind: 'again'; askedMs: number | null; error: SdkError };

function parseAnswer(text: string, status: number): JsonValue {
  if (text === '') return null;
  try {
    return parseJson(text, { maxDepth: ANSWER_DEPTH });
  } catch (cause) {
    if (status >= 400) return null;
    throw new SdkError('bad_answer', 'The answer is not strict JSON.', { cause });
  }
}

async function attempt(url: string, init: RequestInit, timeoutMs: number): Promise<Attempt> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    text = await response.text();
  } catch (cause) {
    return { kind: 'again', askedMs: null, error: new SdkError('unreachable', `No answer from ${url}.`, { cause }) };
  }
  const body = parseAnswer(text, response.status);
  if (response.ok) return { kind: 'answered', answer: { status: response.status, headers: response.headers, body } };
  const error = errorOf(response.status, body);
  if (!isRetried(response.status)) throw error;
  const asked = response.headers.get('retry-after') ?? error.problem?.retry_after?.toString() ?? null;
  return { kind: 'again', askedMs: retryAfterMs(asked, Date.now()), error };
}

/** @throws SdkError `wrong_use` at the first send when no address is configured */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const { retryForMs = 60_000, attemptTimeoutMs = 15_000 } = options;
  let preferred = 0;
  return {
    async send(request) {
      if (options.urls.length === 0) throw new SdkError('wrong_use', 'No address is configured for this service.');
      const init = requestInit(options, request);
      const deadline = Date.now() + retryForMs + (request.heldMs ?? 0);
      for (let tries = 0; ; tries += 1) {
        const base = options.urls[preferred % options.urls.length] as string;
        const result = await attempt(base + request.path, init, attemptTimeoutMs + (request.heldMs ?? 0));
        if (result.kind === 'answered') return result.answer;
        const pause = pauseMs(tries, result.askedMs, Math.random());
        if (Date.now() + pause > deadline) throw result.error;
        preferred += 1;
        await sleep(pause);
      }
    },
  };
}
