import { createHmac, timingSafeEqual } from 'node:crypto';

/** What an agent signs of a record; `ce_id` has no dots, so that no two inputs read the same. */
export interface Signed {
  readonly topic: string;
  readonly key: string;
  readonly ce_id: string;
  readonly ce_time: string;
  readonly value: Buffer;
}

const VERSION = 'v1';

/** Value of the `countersign-signature` header: `v1,` and the base64 HMAC-SHA-256 (RFC 2104) keyed with the secret's UTF-8 bytes. */
export function signSubmission({ topic, key, ce_id, ce_time, value }: Signed, secret: string): string {
  const hmac = createHmac('sha256', Buffer.from(secret, 'utf8'));
  hmac.update(`${VERSION}.${topic}.${key}.${ce_id}.${ce_time}.`, 'utf8').update(value);
  return `${VERSION},${hmac.digest('base64')}`;
}

/** True when one of the secrets made the signature; several are valid while a secret is rotated. */
export function isSignedBy(secrets: readonly string[], signature: string, signed: Signed): boolean {
  const given = Buffer.from(signature, 'utf8');
  return secrets.some((secret) => {
    const wanted = Buffer.from(signSubmission(signed, secret), 'utf8');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
