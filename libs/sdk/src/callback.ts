import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseJson } from '@countersign/canonical';
import { SdkError } from './errors.js';
import type { ActionDocument, ActionStatus } from './types.js';

/** Body of a callback. A hint that may come late, twice or never: read the action, its document is the authority. */
export interface CallbackHint {
  action_id: string;
  status: ActionStatus;
}

/** What a callback about this action says; nothing in it needs to be kept secret. */
export const callbackHint = ({ action_id, status }: Pick<ActionDocument, 'action_id' | 'status'>): CallbackHint => ({
  action_id,
  status,
});

/** Header values by name in any case, as frameworks give them, or a `Headers`. */
export type CallbackHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** How far the clocks may be apart, seconds. */
const TOLERANCE_S = 300;
const PREFIX = 'whsec_';

const refusal = (why: string): SdkError => new SdkError('invalid_callback', `${why} Ignore it and read the action.`);

function headerOf(headers: CallbackHeaders, name: string): string {
  const values = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const given = values.filter(([given]) => given.toLowerCase() === name);
  const value = given.length === 1 ? given[0]?.[1] : undefined;
  if (typeof value !== 'string' || value === '') throw refusal(`The header ${name} is missing, or there twice.`);
  return value;
}

/** Base64 of either alphabet, padded or not. @throws SdkError `wrong_use`: another client would read other bytes */
function keyOf(secret: string): Buffer {
  if (!secret.startsWith(PREFIX)) return Buffer.from(secret, 'utf8');
  const text = secret.slice(PREFIX.length).replace(/={0,2}$/, '');
  if (/^[\w+/-]*$/.test(text) && text.length % 4 !== 1) return Buffer.from(text, 'base64');
  throw new SdkError('wrong_use', 'What follows whsec_ in the signing secret is not base64.');
}

function isSigned(given: string, expected: Buffer): boolean {
  const [bytes, right] = [Buffer.from(given), Buffer.from(`v1,${expected.toString('base64')}`)];
  return bytes.length === right.length && timingSafeEqual(bytes, right);
}

function checkTime(timestamp: string, now: Date): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw refusal('The time of the callback is not in seconds.');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_S)
    throw refusal('The callback is more than five minutes off.');
}

const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function hintOf(body: Buffer | string): CallbackHint {
  try {
    const text = typeof body === 'string' ? body : strictText.decode(body);
    const { action_id, status } = parseJson(text) as unknown as CallbackHint;
    if (typeof action_id === 'string' && typeof status === 'string') return { action_id, status };
  } catch {
    // Falls through to the refusal.
  }
  throw refusal('The callback names no action.');
}

/**
 * Checks a callback as Standard Webhooks sign it: HMAC-SHA256 over `id.timestamp.body`, one of several signatures of
 * version `v1`, at most five minutes old.
 * @param body the bytes as they arrived, before any parsing
 * @param secret the agent's signing secret; with the prefix `whsec_` the rest of it is base64
 * @throws SdkError `invalid_callback`, or `wrong_use` for a secret that is empty or no base64
 */
export function verifyCallback(
  headers: CallbackHeaders,
  body: Buffer | string,
  secret: string,
  now: Date = new Date(),
): CallbackHint {
  const key = keyOf(secret);
  if (key.length === 0) throw new SdkError('wrong_use', 'A signing secret is needed to check callbacks.');
  const [id, timestamp] = [headerOf(headers, 'webhook-id'), headerOf(headers, 'webhook-timestamp')];
  checkTime(timestamp, now);
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  const signatures = headerOf(headers, 'webhook-signature').split(' ');
  if (!signatures.some((given) => isSigned(given, expected))) throw refusal('No signature of the callback is right.');
  return hintOf(body);
}
