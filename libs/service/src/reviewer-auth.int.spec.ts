import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { loadIssuers } from './oidc.config.js';
import { RateLimit } from './rate-limit.js';
import { ReviewerAuth } from './reviewer-auth.js';

const issuer = 'https://id.example.test';
const claims = { iss: issuer, sub: 'ann', aud: 'countersign', tenant: 'acme', roles: ['finance'], name: 'Ann' };
let auth: ReviewerAuth;
let issuers: ReturnType<typeof loadIssuers>;
let server: Server;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let others: typeof keys;
let publicPem: string;

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  others = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  publicPem = JSON.stringify(jwk);
  server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwks_uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  issuers = loadIssuers({ OIDC_ISSUERS: JSON.stringify([{ issuer, jwks_uri, audience: 'countersign' }]) });
  auth = new ReviewerAuth(issuers);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Made {
  readonly claims?: JWTPayload;
  readonly header?: Record<string, unknown>;
  readonly exp?: string | null;
}
const bearer = async (made: Made = {}, key = keys.privateKey) => {
  const token = new SignJWT({ ...claims, ...made.claims }).setProtectedHeader({
    alg: 'RS256',
    kid: 'k1',
    typ: 'at+jwt',
    ...made.header,
  });
  if (made.exp !== null) token.setExpirationTime(made.exp ?? '5m');
  return `Bearer ${await token.setIssuedAt().sign(key)}`;
};
const unsigned = (header: object, payload: object) =>
  `Bearer ${[header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

describe('access token of a person', () => {
  it('names issuer, subject, tenant and roles', async () => {
    expect(await auth.authenticate(await bearer())).toEqual({
      ...{ issuer, subject: 'ann', tenant: 'acme', roles: ['finance'], name: 'Ann' },
    });
  });

  it('may be of type JWT, as many providers issue it', async () => {
    await expect(auth.authenticate(await bearer({ header: { typ: 'JWT' } }))).resolves.toMatchObject({
      subject: 'ann',
    });
  });

  const soon = () => Math.floor(Date.now() / 1000) + 300;
  it.each([
    ['another audience', () => bearer({ claims: { aud: 'another-app' } })],
    ['another issuer', () => bearer({ claims: { iss: 'https://elsewhere.example.test' } })],
    ['no expiry', () => bearer({ exp: null })],
    ['its expiry passed', () => bearer({ exp: '-1m' })],
    ['no subject', () => bearer({ claims: { sub: undefined } })],
    ['no tenant', () => bearer({ claims: { tenant: undefined } })],
    ['an empty tenant', () => bearer({ claims: { tenant: '' } })],
    ['roles that are no list', () => bearer({ claims: { roles: 'finance' } })],
    ['no type', () => bearer({ header: { typ: undefined } })],
    ['the type of an approval token', () => bearer({ header: { typ: 'approval+jwt' } })],
    ['the nonce of an ID token', () => bearer({ header: { typ: 'JWT' }, claims: { nonce: 'n' } })],
    ['the at_hash of an ID token', () => bearer({ header: { typ: 'JWT' }, claims: { at_hash: 'h' } })],
    ['the mark of an ID token', () => bearer({ header: { typ: 'JWT' }, claims: { typ: 'ID' } })],
    ['a key of somebody else', () => bearer({}, others.privateKey)],
    ['an embedded key', async () => bearer({ header: { jwk: await exportJWK(others.publicKey) } }, others.privateKey)],
    ['alg none', () => unsigned({ alg: 'none', typ: 'at+jwt' }, { ...claims, exp: soon() })],
    ['the public key as HMAC secret', () => hmacToken()],
    ['an unknown key id', () => bearer({ header: { kid: 'k2' } })],
  ])('is refused with %s', async (_what, make) => {
    await expect(auth.authenticate(await make())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  const hmacToken = async () => {
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })
      .setExpirationTime('5m');
    return `Bearer ${await token.sign(Buffer.from(publicPem))}`;
  };

  it.each([undefined, '', 'Basic YTpi', 'Bearer', 'Bearer a.b.c', 'Bearer nothing'])(
    'is refused as %p',
    async (header) => {
      await expect(auth.authenticate(header)).rejects.toMatchObject({ code: 'unauthenticated' });
    },
  );

  it('is remembered as it was verified, and not beyond its expiry', async () => {
    const short = await bearer({ exp: '1s' });
    const first = await auth.authenticate(short);
    expect(await auth.authenticate(short)).toBe(first);
    await expect(auth.authenticate(`${short}x`)).rejects.toMatchObject({ code: 'unauthenticated' });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await auth.authenticate(short)).not.toBe(first);
  });

  it('counts for its person, not for itself, and only when it is valid', async () => {
    const limited = new ReviewerAuth(issuers, new RateLimit({ perSecond: 1, burst: 2 }, () => 0));
    const [one, other] = [await bearer(), await bearer({ claims: { name: 'Ann again' } })];
    await expect(limited.authenticate(`${one}x`)).rejects.toMatchObject({ code: 'unauthenticated' });
    for (const token of [one, other]) await limited.authenticate(token);
    for (const token of [one, other])
      await expect(limited.authenticateReader(token)).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(limited.authenticate(await bearer({ claims: { sub: 'bob' } }))).resolves.toMatchObject({
      subject: 'bob',
    });
  });

  it('speaks for the tenants of its issuer only', async () => {
    const [only] = issuers;
    const narrow = new ReviewerAuth([{ ...only!, tenants: ['globex'] }]);
    await expect(narrow.authenticate(await bearer())).rejects.toMatchObject({ code: 'unauthenticated' });
    const own = await bearer({ claims: { tenant: 'globex' } });
    await expect(narrow.authenticate(own)).resolves.toMatchObject({ tenant: 'globex' });
  });

  it('cannot be judged while the provider is down: that is no refusal', async () => {
    const entry = { issuer, jwks_uri: 'http://127.0.0.1:9/jwks', audience: 'countersign' };
    const alone = new ReviewerAuth(loadIssuers({ OIDC_ISSUERS: JSON.stringify([entry]) }));
    await expect(alone.authenticate(await bearer())).rejects.toMatchObject({ code: 'overloaded' });
  });
});

describe('OIDC_ISSUERS', () => {
  it.each([undefined, '', 'x', '{}', '[]', '[{"issuer":"a"}]'])('is refused as %p', (text) => {
    expect(() => loadIssuers({ OIDC_ISSUERS: text })).toThrow(/OIDC_ISSUERS/);
  });

  it('takes other claim names, and no symmetric algorithm', () => {
    const entry = { issuer, jwks_uri: 'https://id.example.test/jwks', audience: 'a', claims: { tenant: 'org' } };
    expect(loadIssuers({ OIDC_ISSUERS: JSON.stringify([entry]) })[0]?.claims).toEqual({
      tenant: 'org',
      roles: 'roles',
      name: 'name',
    });
    expect(() => loadIssuers({ OIDC_ISSUERS: JSON.stringify([{ ...entry, algorithms: ['HS256'] }]) })).toThrow(
      /asymmetric/,
    );
  });
});
