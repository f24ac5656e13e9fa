import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { loadIssuers } from '@countersign/service';
import type { OidcIssuer } from '@countersign/service';

const ISSUER = 'https://id.example.test';

/** An identity provider of the test's own: it has keys and nothing else. */
export interface People {
  readonly issuers: OidcIssuer[];
  bearer(subject: string, roles: readonly string[], tenant?: string): Promise<string>;
  close(): Promise<void>;
}

export async function startPeople(): Promise<People> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'people', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwks_uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const entry = { issuer: ISSUER, jwks_uri, audience: 'countersign' };
  return {
    issuers: loadIssuers({ OIDC_ISSUERS: JSON.stringify([entry]) }),
    bearer: async (subject, roles, tenant = 'acme') => {
      const claims = new SignJWT({
        iss: ISSUER,
        sub: subject,
        aud: 'countersign',
        tenant,
        roles: [...roles],
        name: subject,
      });
      const token = await claims
        .setProtectedHeader({ alg: 'ES256', kid: 'people', typ: 'at+jwt' })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
      return `Bearer ${token}`;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
