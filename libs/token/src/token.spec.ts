import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { JSONWebKeySet } from 'jose';
import { checkToken, KEEP_REPLACED_MS, mintToken, openSigningKeys, rotateSigningKeys } from './index.js';
import type { SigningKeys, TokenGrant } from './index.js';

const ISSUER = 'https://approval.test';
const NOW = Date.UTC(2026, 5, 19, 9, 0, 0, 500);
const HOUR = 3_600_000;
const grant = (overrides: Partial<TokenGrant> = {}): TokenGrant => ({
  ...{ grant_id: 'grant_1', tenant: 'acme', agent_id: 'refund-agent', environment: 'production', audience: null },
  expires_at: NOW + HOUR,
  action: {
    ...{ action_id: 'act_1', action_type: 'refund', action_digest: 'sha256:aa', policy: 'refunds@1' },
    ...{ approvals: { required: 2, given: 2 }, approvers: ['ann', 'bob'] },
  },
  ...overrides,
});

const keyFile = async (): Promise<string> =>
  join(await mkdtemp(join(tmpdir(), 'countersign-token-')), 'signing-keys.json');
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const mint = async (keys: SigningKeys, overrides: Partial<TokenGrant> = {}, nowMs = NOW) =>
  (await mintToken(keys, ISSUER, grant(overrides), nowMs)) ?? { token: '', expires_at: 0 };
const reasonOf = (keys: SigningKeys, token: string): Promise<unknown> =>
  checkToken(keys, ISSUER, token).then(
    () => 'accepted',
    (error: { code: string; details: { reason: string } }) => `${error.code}/${error.details.reason}`,
  );

describe('a minted token', () => {
  it('carries the claims of the contract and verifies with the published keys alone', async () => {
    const keys = await openSigningKeys(await keyFile());
    const { token, expires_at } = await mint(keys);
    const published = createLocalJWKSet((await keys.publicKeys()) as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(token, published, {
      ...{ algorithms: ['EdDSA'], issuer: ISSUER, audience: 'urn:countersign:executor', typ: 'approval+jwt' },
      currentDate: new Date(NOW),
    });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'approval+jwt' });
    expect(payload).toMatchObject({ sub: 'refund-agent', jti: 'grant_1', tenant: 'acme', env: 'production' });
    expect(payload['authorization_details']).toEqual([
      {
        ...{ type: 'urn:countersign:action', action_id: 'act_1', action_type: 'refund', action_digest: 'sha256:aa' },
        ...{ policy: 'refunds@1', approvals: { required: 2, given: 2 }, approvers: ['ann', 'bob'] },
      },
    ]);
    expect([(payload.exp ?? 0) - (payload.iat ?? 0), expires_at]).toEqual([300, (payload.exp ?? 0) * 1000]);
  });

  it('never outlives its grant, and there is none when less than a second is left', async () => {
    const keys = await openSigningKeys(await keyFile());
    expect((await mint(keys, { expires_at: NOW + 60_000 })).expires_at).toBe(Math.floor((NOW + 60_000) / 1000) * 1000);
    expect(await mintToken(keys, ISSUER, grant({ expires_at: NOW + 400 }), NOW)).toBeNull();
  });

  it('has the audience that the gate sets', async () => {
    const keys = await openSigningKeys(await keyFile());
    expect(decodeJwt((await mint(keys, { audience: 'urn:acme:pay' })).token).aud).toBe('urn:acme:pay');
  });
});

describe('the door', () => {
  it('lets an expired token through: the log judges expiry', async () => {
    const keys = await openSigningKeys(await keyFile());
    const { token } = await mint(keys, { expires_at: NOW - 24 * HOUR }, NOW - 48 * HOUR);
    expect(await checkToken(keys, ISSUER, token)).toMatchObject({ jti: 'grant_1' });
  });

  it('refuses everything that is not a token of ours', async () => {
    const keys = await openSigningKeys(await keyFile());
    const { token } = await mint(keys);
    const [head = '', body = '', signature = ''] = token.split('.');
    const header = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    const [own] = (await keys.publicKeys()).keys;
    const { key } = await keys.newest();
    const stranger = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const sign = (overrides: object, extra: object = {}, by = key) =>
      new SignJWT({ ...claims, ...overrides }).setProtectedHeader({ ...header, alg: 'EdDSA', ...extra }).sign(by);
    const hmac = (secret: string, alg = 'HS256') => {
      const input = `${encode({ ...header, alg })}.${body}`;
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    };
    const table: [string, string, string][] = [
      ['alg none', `${encode({ ...header, alg: 'none' })}.${body}.`, 'signature'],
      ['alg None', `${encode({ ...header, alg: 'None' })}.${body}.${signature}`, 'signature'],
      ['HMAC with the public key', hmac(JSON.stringify(own)), 'signature'],
      ['HMAC with the raw public key', hmac(Buffer.from(own?.x ?? '', 'base64url').toString('latin1')), 'signature'],
      [
        'an embedded jwk',
        await sign({}, { jwk: await exportJWK(stranger.publicKey) }, stranger.privateKey),
        'signature',
      ],
      ["a stranger's key under its own kid", await sign({}, { kid: 'x' }, stranger.privateKey), 'kid'],
      ['no kid', await sign({}, { kid: undefined }), 'kid'],
      ['another typ', await sign({}, { typ: 'JWT' }), 'typ'],
      ['no typ', await sign({}, { typ: undefined }), 'typ'],
      ['another issuer', await sign({ iss: 'https://evil.test' }), 'iss'],
      ['no exp', await sign({ exp: undefined }), 'exp'],
      ['exp as text', await sign({ exp: '2030' as unknown as number }), 'exp'],
      ['no audience', await sign({ aud: undefined }), 'aud'],
      ['several audiences', await sign({ aud: ['urn:countersign:executor', 'x'] }), 'aud'],
      ['no jti', await sign({ jti: undefined }), 'jti'],
      ['no tenant', await sign({ tenant: undefined }), 'tenant'],
      ['no details', await sign({ authorization_details: [] }), 'authorization_details'],
      ['a changed payload', `${head}.${encode({ ...claims, sub: 'other' })}.${signature}`, 'signature'],
      [
        'an id token',
        await sign({ iss: 'https://idp', nonce: 'n' }, { kid: 'idp', typ: 'JWT' }, stranger.privateKey),
        'kid',
      ],
      ['no token', 'not-a-token', 'signature'],
      ['an empty text', '', 'signature'],
      ['a very long text', 'a'.repeat(20_000), 'too_long'],
    ];
    for (const [what, forged, reason] of table)
      expect([what, await reasonOf(keys, forged)]).toEqual([what, `invalid_token/${reason}`]);
    expect(await reasonOf(keys, token)).toBe('accepted');
  });
});

describe('signing keys', () => {
  it('are made once, 0600, also when instances start together, and shared', async () => {
    const path = await keyFile();
    const opened = await Promise.all([1, 2, 3, 4, 5].map(() => openSigningKeys(path)));
    const kids = await Promise.all(opened.map(async (keys) => (await keys.newest()).kid));
    expect(new Set(kids).size).toBe(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(path, '..'))).toEqual(['signing-keys.json']);
    expect(JSON.stringify(await opened[0]?.publicKeys())).not.toContain('"d"');
  });

  it('rotate: the newest signs, the old one verifies until its tokens are long dead', async () => {
    const path = await keyFile();
    const before = await openSigningKeys(path);
    const { token } = await mint(before);
    const { kid: former } = await before.newest();
    const now = Date.now();
    await rotateSigningKeys(path, now + 1_000);
    const after = await openSigningKeys(path);
    expect((await after.newest()).kid).not.toBe(former);
    expect(await reasonOf(after, token)).toBe('accepted');
    await rotateSigningKeys(path, now + 1_000 + KEEP_REPLACED_MS - 1);
    expect((await (await openSigningKeys(path)).publicKeys()).keys).toHaveLength(3);
    await rotateSigningKeys(path, now + 1_000 + KEEP_REPLACED_MS);
    const last = await openSigningKeys(path);
    expect(await reasonOf(last, token)).toBe('invalid_token/kid');
    expect(JSON.parse(await readFile(path, 'utf8')).keys).toHaveLength(3);
  });

  it('end when no token of theirs can be alive, without another rotation', async () => {
    const path = await keyFile();
    const before = await openSigningKeys(path);
    const { token } = await mint(before);
    const { kid: former } = await before.newest();
    await rotateSigningKeys(path, Date.now() + 1);
    expect(await reasonOf(before, token)).toBe('accepted');
    const { keys } = JSON.parse(await readFile(path, 'utf8')) as { keys: { kid: string }[] };
    const long = new Date(Date.now() - KEEP_REPLACED_MS).toISOString();
    const older = new Date(Date.parse(long) - 1_000).toISOString();
    const aged = keys.map((key) => ({ ...key, created_at: key.kid === former ? older : long }));
    await writeFile(path, JSON.stringify({ keys: aged }));
    expect(await reasonOf(before, token)).toBe('invalid_token/kid');
    expect((await before.publicKeys()).keys).toHaveLength(1);
  });

  it('end at once when that is asked for', async () => {
    const path = await keyFile();
    const keys = await openSigningKeys(path);
    const { token } = await mint(keys);
    expect(await reasonOf(keys, token)).toBe('accepted');
    await rotateSigningKeys(path, Date.now(), true);
    expect(await reasonOf(keys, token)).toBe('invalid_token/kid');
    expect((await keys.publicKeys()).keys).toHaveLength(1);
  });

  it('without a time of their own verify nothing', async () => {
    const path = await keyFile();
    const keys = await openSigningKeys(path);
    const { token } = await mint(keys);
    await rotateSigningKeys(path, Date.now());
    const stored = JSON.parse(await readFile(path, 'utf8')) as { keys: object[] };
    await writeFile(path, JSON.stringify({ keys: [{ ...stored.keys[0], created_at: 'soon' }, stored.keys[1]] }));
    expect(await reasonOf(keys, token)).toBe('invalid_token/kid');
  });
});
