import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { AttestationIssuer } from './attestation.js';
import { AttestationFault, verifyAttestation } from './attestation.js';

const NOW_MS = Date.UTC(2026, 5, 19, 12);
const NOW_S = NOW_MS / 1000;
const DIGEST = `sha256:${'a'.repeat(64)}`;

const [own, old, foreign] = [1, 2, 3].map(() => generateKeyPairSync('ed25519')) as [Pair, Pair, Pair];
type Pair = { publicKey: KeyObject; privateKey: KeyObject };
const keyOf = (kid: string, { publicKey }: Pair, revoked_at: string | null = null) => ({
  ...{ kid, public_jwk: publicKey.export({ format: 'jwk' }), revoked_at },
});
const scorer: AttestationIssuer = {
  provider_id: 'fraud-service',
  keys: [keyOf('k1', own), keyOf('k0', old, '2026-01-01T00:00:00.000Z')],
  signals: ['fraud_score'],
};
const checker: AttestationIssuer = { provider_id: 'brand-check', keys: [keyOf('k1', foreign)] };
const find = (id: string): AttestationIssuer | null => [scorer, checker].find((one) => one.provider_id === id) ?? null;

const header = { alg: 'EdDSA', typ: 'attestation+jwt', kid: 'k1' };
const claims = {
  ...{ iss: 'fraud-service', aud: 'urn:countersign:intake', tenant: 'acme', about: DIGEST },
  ...{ iat: NOW_S, exp: NOW_S + 900, signals: { fraud_score: 0.02 } },
};
const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

interface Forgery {
  readonly head?: object;
  readonly body?: object | string;
  readonly by?: KeyObject;
}

function jws({ head = {}, body = {}, by = own.privateKey }: Forgery = {}): string {
  const signed = `${part({ ...header, ...head })}.${part(typeof body === 'string' ? body : { ...claims, ...body })}`;
  return `${signed}.${sign(null, Buffer.from(signed), by).toString('base64url')}`;
}

const verified = (token: string, nowMs = NOW_MS) =>
  verifyAttestation(token, { tenant: 'acme', digest: DIGEST, nowMs, find });

describe('an attestation', () => {
  it('says what its provider states, and when', async () => {
    await expect(verified(jws())).resolves.toEqual({
      ...{ provider: 'fraud-service', attested_at: '2026-06-19T12:00:00.000Z' },
      signals: expect.objectContaining({ fraud_score: 0.02 }) as object,
    });
  });

  it('of a provider without a list may state any signal', async () => {
    const token = jws({ body: { iss: 'brand-check', signals: { safe: true } }, by: foreign.privateKey });
    await expect(verified(token)).resolves.toMatchObject({ provider: 'brand-check' });
  });

  it('verifies by each key that is not revoked', async () => {
    const both = { ...scorer, keys: [keyOf('k1', own), keyOf('k2', foreign)] };
    const token = jws({ head: { kid: 'k2' }, by: foreign.privateKey });
    const wanted = { tenant: 'acme', digest: DIGEST, nowMs: NOW_MS, find: () => both };
    await expect(verifyAttestation(token, wanted)).resolves.toMatchObject({ provider: 'fraud-service' });
  });

  it('verifies by a key in its overlap, until that is over', async () => {
    const ending = { ...scorer, keys: [keyOf('k1', own, new Date(NOW_MS + 1_000).toISOString())] };
    const wanted = { tenant: 'acme', digest: DIGEST, find: () => ending };
    await expect(verifyAttestation(jws(), { ...wanted, nowMs: NOW_MS + 999 })).resolves.toMatchObject({
      provider: 'fraud-service',
    });
    await expect(verifyAttestation(jws(), { ...wanted, nowMs: NOW_MS + 1_000 })).rejects.toThrow(/revoked/);
  });

  const unsigned = `${part({ ...header, alg: 'none' })}.${part(claims)}.`;
  it.each<[string, string, RegExp]>([
    ['signed with another key', jws({ by: foreign.privateKey }), /signature/],
    [
      'changed after signing',
      jws().replace(/\.[^.]+\./, `.${part({ ...claims, signals: { fraud_score: 0 } })}.`),
      /signature/,
    ],
    ['with alg none', unsigned, /alg/],
    ['with the public key as an HMAC secret', jws({ head: { alg: 'HS256' } }), /alg/],
    [
      'with a key of its own in the header',
      jws({ head: { kid: 'mine', jwk: foreign.publicKey.export({ format: 'jwk' }) }, by: foreign.privateKey }),
      /kid/,
    ],
    ['that marks a header critical', jws({ head: { crit: ['x'], x: 1 } }), /signature/],
    ['of another typ', jws({ head: { typ: 'approval+jwt' } }), /typ/],
    ['without a typ', jws({ head: { typ: undefined } }), /typ/],
    ['without a kid', jws({ head: { kid: undefined } }), /kid/],
    ['by a revoked key', jws({ head: { kid: 'k0' }, by: old.privateKey }), /revoked/],
    ['of an unknown provider', jws({ body: { iss: 'nobody' } }), /no provider/],
    [
      'that the agent signed in its own name',
      jws({ body: { iss: 'refund-agent' }, by: foreign.privateKey }),
      /no provider/,
    ],
    [
      'of a provider in the name of another',
      jws({ body: { iss: 'fraud-service' }, by: foreign.privateKey }),
      /signature/,
    ],
    ['of another tenant', jws({ body: { tenant: 'globex' } }), /tenant/],
    ['for another audience', jws({ body: { aud: 'urn:countersign:executor' } }), /aud/],
    ['for several audiences', jws({ body: { aud: ['urn:countersign:intake'] } }), /aud/],
    ['about another action', jws({ body: { about: `sha256:${'b'.repeat(64)}` } }), /another action/],
    ['about nothing', jws({ body: { about: undefined } }), /about/],
    ['that has expired', jws({ body: { iat: NOW_S - 900, exp: NOW_S } }), /expired/],
    ['without an end', jws({ body: { exp: undefined } }), /exp/],
    ['that lives too long', jws({ body: { exp: NOW_S + 86_401 } }), /longer than/],
    ['that ends before it begins', jws({ body: { exp: NOW_S - 1 } }), /exp/],
    ['from the future', jws({ body: { iat: NOW_S + 6, exp: NOW_S + 900 } }), /future/],
    [
      'with a signal that its provider may not state',
      jws({ body: { signals: { fraud_score: 0, vip: true } } }),
      /may not state/,
    ],
    ['without signals', jws({ body: { signals: {} } }), /signals/],
    ['with a list for signals', jws({ body: { signals: [0.1] } }), /signals/],
    ['with one member twice', jws({ body: '{"iss":"fraud-service","iss":"brand-check"}' }), /JSON/],
    ['that is too long', jws({ body: { pad: 'x'.repeat(8_192) } }), /longer than/],
    ['that is none', 'eyJ', /JWS/],
    ['in JSON form', JSON.stringify({ payload: part(claims), signatures: [] }), /JWS/],
  ])('%s does not count', async (_, token, why) => {
    const fault: unknown = await verified(token).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(AttestationFault);
    expect((fault as Error).message).toMatch(why);
    expect((fault as Error).message).not.toContain(token);
  });
});
