import { createHmac } from 'node:crypto';

/** What is signed: id, time and the very bytes of the body. */
export interface Signed {
  readonly id: string;
  /** Whole seconds since the epoch. */
  readonly timestampS: number;
  readonly body: string;
}

const PREFIX = 'whsec_';

/** Key bytes of a secret `whsec_<base64>`; null when it is none of 24 to 64 bytes, as Standard Webhooks asks. */
export function secretKey(secret: string): Buffer | null {
  const base64 = secret.slice(PREFIX.length);
  if (!secret.startsWith(PREFIX) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const key = Buffer.from(base64, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/** Key bytes of an agent's signing secret, as the clients' `verifyCallback` takes them; null for an empty one. */
export function agentKey(secret: string): Buffer | null {
  const key = secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8');
  return key.length === 0 ? null : key;
}

/**
 * Headers of Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature` with one signature for each
 * secret, so that a receiver may know either of them while they are exchanged.
 * @throws Error when a secret is none; never with its text
 */
export function signatureHeaders(
  { id, timestampS, body }: Signed,
  secrets: readonly string[],
  keyOf = secretKey,
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = keyOf(secret);
    if (key === null) throw new Error('a webhook secret is not whsec_ and base64 of 24 to 64 bytes');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
  };
}
