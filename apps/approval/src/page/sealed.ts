import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { JWTPayload } from 'jose';

/**
 * Small values that travel through the browser and come back unread and unchanged (JWE, A256GCM). All instances derive
 * the same key, so that a person may be served by any of them.
 */
export class Sealed {
  private readonly key: Uint8Array;

  /** @param secret shared by the instances; the key is derived from it (RFC 5869) */
  constructor(secret: string) {
    this.key = new Uint8Array(hkdfSync('sha256', secret, '', 'countersign page cookies', 32));
  }

  seal(purpose: string, value: JWTPayload, lifeSeconds: number): Promise<string> {
    const claims = new EncryptJWT(value).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' });
    return claims.setAudience(purpose).setIssuedAt().setExpirationTime(`${lifeSeconds}s`).encrypt(this.key);
  }

  /** The value, or null when it is not ours, of another purpose, or too old. */
  async open(purpose: string, text: string | undefined): Promise<JWTPayload | null> {
    if (text === undefined) return null;
    try {
      const options = { audience: purpose, contentEncryptionAlgorithms: ['A256GCM'], keyManagementAlgorithms: ['dir'] };
      return (await jwtDecrypt(text, this.key, options)).payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
