import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ReviewerAuth } from '@countersign/service';

/** An identity provider of our own on the loopback. */
export interface TestIssuer {
  readonly auth: ReviewerAuth;
  /** An `Authorization` header of a person. */
  bearer(tenant: string, roles?: readonly string[]): Promise<string>;
  close(): void;
}

export async function testIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] });
  const server = createServer((_request, response) => response.end(jwks));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const claims = { tenant: 'tenant', roles: 'roles', name: 'name' };
  return {
    auth: new ReviewerAuth([{ issuer, jwks_uri: issuer, audience: 'countersign', algorithms: ['EdDSA'], claims }]),
    bearer: async (tenant, roles = []) => {
      const token = new SignJWT({ tenant, roles }).setProtectedHeader({ alg: 'EdDSA', kid: 'k', typ: 'at+jwt' });
      return `Bearer ${await token.setIssuer(issuer).setAudience('countersign').setSubject('ann').setExpirationTime('5m').sign(privateKey)}`;
    },
    close: () => server.close(),
  };
}
