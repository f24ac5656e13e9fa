import { createEndpoint, type Endpoint } from './endpoint.js';

export interface ClientOptions {
  /** Base address of intake; executors leave it out. */
  intakeUrl?: string;
  /** Base addresses of the approval instances, in any order. */
  approvalUrls?: readonly string[];
  /** API key of an agent or of an executor. Never logged. */
  apiKey: string;
  /** How long 429, 503 and lost connections are retried with the same key, milliseconds. Default 60,000. */
  retryForMs?: number;
  /** Time-out of one attempt beyond a wait that was asked for, milliseconds. Default 15,000. */
  attemptTimeoutMs?: number;
}

/** Where an agent or an executor speaks to; every function of this library takes one. */
export interface Client {
  intake: Endpoint;
  approval: Endpoint;
}

export function createClient(options: ClientOptions): Client {
  const { apiKey: bearer, retryForMs, attemptTimeoutMs } = options;
  const endpoint = (urls: readonly string[]): Endpoint =>
    createEndpoint({ urls: urls.map((url) => url.replace(/\/$/, '')), bearer, retryForMs, attemptTimeoutMs });
  return {
    intake: endpoint(options.intakeUrl === undefined ? [] : [options.intakeUrl]),
    approval: endpoint(options.approvalUrls ?? []),
  };
}
