import { isIP } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import { classOf, delivered, failed } from './attempt.js';
import type { Attempt } from './attempt.js';
import { checkedAddress } from './guard.js';
import type { GuardOptions } from './guard.js';

const CONNECT_MS = 5_000;
/** Longest life of an attempt from name to answer, milliseconds. */
export const TOTAL_MS = 15_000;

export interface PostOptions extends GuardOptions {
  readonly signal: AbortSignal;
  readonly totalMs?: number;
  /** Called with each address before it is connected to. */
  readonly onConnect?: (address: string) => void;
}

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts JSON to an address that the guard allows. Redirects are not followed, and no answer's body is read. */
export async function post(message: Post, options: PostOptions): Promise<Attempt> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.totalMs ?? TOTAL_MS)]);
  const url = new URL(message.url);
  const checked = await Promise.race([checkedAddress(url, options), aborted(signal)]);
  if (checked === null) return failed('timeout');
  if ('refused' in checked) return failed(checked.refused);
  const agent = agentFor(checked.address, options);
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json', 'user-agent': 'countersign', ...message.headers },
      body: message.body,
      signal,
    });
    body.on('error', () => undefined).destroy();
    return verdict(statusCode);
  } catch (fault) {
    return failed(classOf(fault));
  } finally {
    void agent.destroy();
  }
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });

/** Connects to the checked address whatever the name says by then; the certificate is still checked against the name. */
function agentFor(address: string, { onConnect }: PostOptions): Agent {
  const entry = { address, family: isIP(address) };
  const connector = buildConnector({
    timeout: CONNECT_MS,
    lookup: (_hostname, { all }, found) => (all ? found(null, [entry]) : found(null, address, entry.family)),
  });
  return new Agent({
    connect: (target, connected) => {
      onConnect?.(address);
      connector(target, connected);
    },
  });
}

function verdict(status: number): Attempt {
  if (status >= 200 && status < 300) return delivered(status);
  if (status >= 300 && status < 400) return failed('redirect', status);
  return failed(status === 410 ? 'gone' : 'status', status);
}
