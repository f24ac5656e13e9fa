import { type CryptoKey, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { createAuthority, facts, ISSUER, type Authority } from './testing/fixtures.js';
import { verifyToken } from './verify-token.js';

let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});

const verify = (token: string, action = facts): Promise<unknown> =>
  verifyToken(token, action, { keys: authority.keys, issuer: ISSUER });
const past = Math.floor(Date.now() / 1000) - 1000;

describe('verifyToken', () => {
  it('accepts a token for exactly this action', async () => {
    await expect(verify(await authority.sign())).resolves.toMatchObject({ jti: 'grant_1' });
  });

  it.each([
    ['another digest', { ...facts, parameters: { ...facts.parameters, order_id: '12346' } }, 'action_digest_mismatch'],
    ['another tenant', { ...facts, tenant: 'globex' }, 'action_digest_mismatch'],
    ['another agent', { ...facts, agent_id: 'x' }, 'action_digest_mismatch'],
    ['another environment', { ...facts, environment: 'staging' as const }, 'wrong_environment'],
  ])('refuses what is about to run with %s', async (_name, action, code) => {
    await expect(verify(await authority.sign(), action)).rejects.toMatchObject({ code });
  });

  it.each([
    ['issuer', { iss: 'http://other' }, 'invalid_token'],
    ['audience', { aud: 'urn:other' }, 'wrong_audience'],
    ['no expiry', { exp: undefined }, 'invalid_token'],
    ['no grant id', { jti: undefined }, 'invalid_token'],
    ['an expiry in the past', { exp: past }, 'expired'],
    ['an old issue time', { iat: past }, 'expired'],
    ['no authorization details', { authorization_details: [] }, 'invalid_token'],
    ['a tenant that differs', { tenant: 'globex' }, 'action_digest_mismatch'],
  ])('refuses a token with a wrong claim: %s', async (_name, claims, code) => {
    await expect(verify(await authority.sign(claims))).rejects.toMatchObject({ code });
  });

  it('refuses another token type', async () => {
    await expect(verify(await authority.sign({}, { typ: 'JWT' }))).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('refuses alg none, the public key as HMAC secret, and a key that the token brings itself', async () => {
    const none = new UnsecuredJWT({ iss: ISSUER, aud: 'urn:countersign:executor' }).encode();
    const publicKey = (await importJWK({ ...authority.keys.keys[0] }, 'EdDSA', { extractable: true })) as CryptoKey;
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const hmac = await new SignJWT({}).setProtectedHeader({ alg: 'HS256', typ: 'approval+jwt' }).sign(secret);
    const stranger = await createAuthority();
    const embedded = await stranger.sign({}, { jwk: stranger.keys.keys[0] });
    for (const token of [none, hmac, embedded]) {
      await expect(verify(token)).rejects.toMatchObject({ code: 'invalid_token' });
    }
  });
});
