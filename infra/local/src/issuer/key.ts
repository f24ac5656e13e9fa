import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { randomBytes } from 'node:crypto';
import { secretText } from '../secrets/files.js';

export const ALGORITHM = 'RS256';

export interface IssuerKey {
  readonly jwk: JWK & { readonly kid: string };
  readonly privateKey: CryptoKey;
  /** Signs the provider's cookies. */
  readonly cookieKey: string;
}

async function newKeyFile(): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const kid = `dev_${randomBytes(8).toString('hex')}`;
  const jwk = { ...(await exportJWK(privateKey)), alg: ALGORITHM, use: 'sig', kid };
  return `${JSON.stringify({ jwk, cookie_key: randomBytes(32).toString('hex') })}\n`;
}

/** The signing key, made once: tokens outlive a restart. */
export async function issuerKey(file: string): Promise<IssuerKey> {
  const fresh = await newKeyFile();
  const stored = JSON.parse(await secretText(file, () => fresh)) as { jwk: IssuerKey['jwk']; cookie_key: string };
  const privateKey = (await importJWK(stored.jwk, ALGORITHM)) as CryptoKey;
  return { jwk: stored.jwk, privateKey, cookieKey: stored.cookie_key };
}
