import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addKey, hashKey, newKey, newSecret, revokeKey, rotateKey, rotateSecret, setCallback } from './credentials.js';
import type { Credentials, KeyOwner } from './credentials.js';
import { CredentialsFile, readCredentials, writeCredentials } from './credentials-file.js';
import { KeyAuth } from './key-auth.js';
import { createLogger } from './logger.js';
import { addProviderKey, newProviderKey, rotateProviderKey } from './provider-keys.js';
import { RateLimit } from './rate-limit.js';

const agent: KeyOwner = { kind: 'agent', tenant: 'acme', id: 'refund-agent' };
const executor: KeyOwner = { kind: 'executor', tenant: 'acme', id: 'payments' };
const empty: Credentials = {
  agents: [
    {
      agent_id: 'refund-agent',
      tenant: 'acme',
      environments: ['staging'],
      operators: ['oli'],
      keys: [],
      signing_secrets: ['s'],
    },
    {
      agent_id: 'refund-agent',
      tenant: 'globex',
      environments: ['production'],
      operators: [],
      keys: [],
      signing_secrets: [],
    },
  ],
  executors: [
    { executor_id: 'payments', tenant: 'acme', environments: ['production'], audiences: ['urn:x'], keys: [] },
  ],
};
const quiet = createLogger('intake', 'info', () => undefined);

function inFile(credentials: Credentials) {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  writeCredentials(dir, credentials);
  const file = new CredentialsFile(dir, quiet);
  return { dir, file, auth: new KeyAuth(file) };
}

describe('API keys', () => {
  const first = newKey(0);
  const second = newKey(60_000);

  it('are kept as hashes only, in a file that only its owner reads', () => {
    const { dir, file } = inFile(addKey(empty, agent, first));
    file.close();
    expect(JSON.stringify(readCredentials(join(dir, 'credentials.json')))).not.toContain(first.secret);
    expect(statSync(join(dir, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(file.get().agents[0]?.keys).toEqual([
      { key_id: first.key_id, sha256: hashKey(first.secret), created_at: '1970-01-01T00:00:00.000Z', revoked_at: null },
    ]);
  });

  it.each(['', 'never', '2026-02-30T00:00:00Z', '9999', 0, undefined, {}])(
    'whose end is no time have ended: %j',
    (revoked_at) => {
      const given = addKey(empty, agent, first);
      const keys = given.agents[0]!.keys.map((key) => ({ ...key, revoked_at }) as never);
      const malformed = { ...given, agents: [{ ...given.agents[0]!, keys }] };
      const { file, auth } = inFile(malformed);
      file.close();
      expect(() => auth.authenticate(`Bearer ${first.secret}`)).toThrow('not known or was revoked');
      const rotated = inFile(rotateKey(malformed, agent, second, 3_600_000_000_000));
      rotated.file.close();
      expect(() => rotated.auth.authenticate(`Bearer ${first.secret}`)).toThrow('not known or was revoked');
    },
  );

  it.each<[string, object]>([
    ['environments', { environments: 'staging' }],
    ['operators', { operators: 'oli' }],
    ['operators', { operators: undefined }],
    ['tenant', { tenant: null }],
    ['signing_secrets', { signing_secrets: [7] }],
  ])('of an entry with wrong %s let nobody in, and its neighbours stay', (_member, change) => {
    const given = addKey(addKey(empty, agent, first), executor, second);
    const [one, ...others] = given.agents;
    const { file, auth } = inFile({ ...given, agents: [{ ...one!, ...change }, ...others] });
    file.close();
    expect(() => auth.authenticate(`Bearer ${first.secret}`)).toThrow('not known or was revoked');
    expect(auth.agent('acme', 'refund-agent')).toBeNull();
    expect(auth.authenticate(`Bearer ${second.secret}`).id).toBe('payments');
  });

  it('name their owner, tenant and environments', () => {
    const { file, auth } = inFile(addKey(addKey(empty, agent, first), executor, second));
    file.close();
    expect(auth.authenticate(`Bearer ${first.secret}`)).toMatchObject({
      ...{ kind: 'agent', id: 'refund-agent', tenant: 'acme', environments: ['staging'], operators: ['oli'] },
    });
    expect(auth.authenticate(`bearer ${second.secret}`)).toMatchObject({
      kind: 'executor',
      id: 'payments',
      audiences: ['urn:x'],
    });
  });

  it.each([undefined, 'Bearer ', 'Bearer csk_unknown', `Basic ${first.secret}`, first.secret])(
    'are refused as %p',
    (header) => {
      const { file, auth } = inFile(addKey(empty, agent, first));
      file.close();
      expect(() => auth.authenticate(header)).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
    },
  );

  it('stay valid beside a new one until the overlap is over, or until they are revoked', () => {
    const nowMs = Date.now();
    const [old, fresh] = [newKey(nowMs), newKey(nowMs)];
    const rotated = rotateKey(addKey(empty, agent, old), agent, fresh, 60_000);
    const { file, auth } = inFile(rotated);
    file.close();
    expect(auth.authenticate(`Bearer ${old.secret}`).key_id).toBe(old.key_id);
    expect(auth.authenticate(`Bearer ${fresh.secret}`).key_id).toBe(fresh.key_id);
    const past = newKey(nowMs - 60_001);
    const over = inFile(rotateKey(addKey(empty, agent, old), agent, past, 60_000));
    over.file.close();
    expect(() => over.auth.authenticate(`Bearer ${old.secret}`)).toThrow();
    const cut = inFile(revokeKey(rotated, old.key_id, new Date(nowMs).toISOString()));
    cut.file.close();
    expect(() => cut.auth.authenticate(`Bearer ${old.secret}`)).toThrow();
    // A second rotation prolongs nothing.
    const twice = rotateKey(rotated, agent, newKey(nowMs + 30_000), 60_000);
    expect(twice.agents[0]?.keys[0]?.revoked_at).toBe(new Date(nowMs + 60_000).toISOString());
  });

  it('are known as soon as they are in the file', () => {
    const { dir, file, auth } = inFile(empty);
    writeCredentials(dir, addKey(empty, agent, first));
    expect(auth.authenticate(`Bearer ${first.secret}`).id).toBe('refund-agent');
    writeCredentials(dir, rotateSecret(rotateSecret(empty, agent, 'second'), agent, 'third'));
    expect(auth.agent('acme', 'refund-agent')?.signing_secrets).toEqual(['second', 'third']);
    file.close();
    expect(newSecret()).toMatch(/^css_.{43}$/);
    expect(() => rotateSecret(empty, executor, 'x')).toThrow('there is no agent');
  });

  it('have a rate each', () => {
    const { file } = inFile(addKey(addKey(empty, agent, first), executor, second));
    file.close();
    const auth = new KeyAuth(file, new RateLimit({ perSecond: 1, burst: 2 }, () => 0));
    const use = (secret: string) => auth.authenticate(`Bearer ${secret}`).id;
    expect([use(first.secret), use(first.secret), use(second.secret)]).toEqual([agent.id, agent.id, executor.id]);
    expect(() => use(first.secret)).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    expect(use(second.secret)).toBe(executor.id);
  });

  it('can be rotated and revoked without a restart', () => {
    const one = addKey(empty, agent, first);
    const { dir, file, auth } = inFile(one);
    const rotated = rotateKey(one, agent, second);
    writeCredentials(dir, rotated);
    file.reload();
    expect(() => auth.authenticate(`Bearer ${first.secret}`)).toThrow();
    expect(auth.authenticate(`Bearer ${second.secret}`).id).toBe('refund-agent');
    writeCredentials(dir, revokeKey(rotated, second.key_id, '2026-01-01T00:00:00.000Z'));
    file.reload();
    file.close();
    expect(() => auth.authenticate(`Bearer ${second.secret}`)).toThrow();
  });

  it('stay valid while the file is half written', () => {
    const { dir, file, auth } = inFile(addKey(empty, agent, first));
    writeFileSync(join(dir, 'credentials.json'), '{"agents": [');
    file.reload();
    file.close();
    expect(auth.authenticate(`Bearer ${first.secret}`).id).toBe('refund-agent');
  });

  it('keep the time of the first revocation, and belong to nobody who is not there', () => {
    const revoked = revokeKey(addKey(empty, agent, first), first.key_id, '2026-01-01T00:00:00.000Z');
    expect(revokeKey(revoked, first.key_id, '2027-01-01T00:00:00.000Z')).toEqual(revoked);
    expect(() => revokeKey(empty, 'key_none', '2026-01-01T00:00:00.000Z')).toThrow('key_none');
    expect(() => addKey(empty, { ...agent, tenant: 'initech' }, first)).toThrow('initech');
  });
});

describe('the callback of an agent', () => {
  const url = 'https://agents.example.com/hints';

  it('is set, kept through a change of keys, and ended', () => {
    const set = setCallback(empty, agent, url);
    expect(set.agents.map(({ callback_url }) => callback_url)).toEqual([url, undefined]);
    expect(rotateSecret(addKey(set, agent, newKey(0)), agent, 'two').agents[0]?.callback_url).toBe(url);
    expect(setCallback(set, agent, null)).toEqual(empty);
  });

  it('needs an agent, and a secret that signs it', () => {
    expect(() => setCallback(empty, { ...agent, id: 'nobody' }, url)).toThrow('there is no agent nobody');
    expect(() => setCallback(empty, { ...agent, tenant: 'globex' }, url)).toThrow('no signing secret');
  });
});

describe('keys of providers', () => {
  const owner = { tenant: 'acme', id: 'fraud-service' };
  const withProvider: Credentials = {
    ...empty,
    providers: [{ provider_id: 'fraud-service', tenant: 'acme', signals: ['fraud_score'], keys: [] }],
  };
  const [one, two] = [newProviderKey(0), newProviderKey(1_000)];
  const keysOf = ({ providers }: Credentials) =>
    providers?.[0]?.keys.map(({ kid, revoked_at }) => [kid, revoked_at]) ?? [];

  it('are kept as their public halves only', () => {
    const text = JSON.stringify(addProviderKey(withProvider, owner, one));
    expect(text).toContain((one.public_jwk as { x: string }).x);
    expect(text).not.toContain((one.private_jwk as { d: string }).d);
    expect(text).not.toContain('"d"');
  });

  it('overlap until the old one is revoked', () => {
    const both = addProviderKey(addProviderKey(withProvider, owner, one), owner, two);
    expect(keysOf(both)).toEqual([[one.kid, null], [two.kid, null]]); // prettier-ignore
    const at = '2026-01-01T00:00:00.000Z';
    expect(keysOf(revokeKey(both, one.kid, at))).toEqual([[one.kid, at], [two.kid, null]]); // prettier-ignore
  });

  it('are revoked by a rotation, except for the new one', () => {
    const rotated = rotateProviderKey(addProviderKey(withProvider, owner, one), owner, two);
    expect(keysOf(rotated)).toEqual([[one.kid, two.created_at], [two.kid, null]]); // prettier-ignore
  });

  it('stay valid beside a new one until the overlap is over, which a revocation cuts short', () => {
    const rotated = rotateProviderKey(addProviderKey(withProvider, owner, one), owner, two, 60_000);
    const end = new Date(61_000).toISOString();
    expect(keysOf(rotated)).toEqual([[one.kid, end], [two.kid, null]]); // prettier-ignore
    const twice = rotateProviderKey(rotated, owner, newProviderKey(30_000), 60_000);
    expect(keysOf(twice)[0]).toEqual([one.kid, end]);
    const at = new Date(2_000).toISOString();
    expect(keysOf(revokeKey(rotated, one.kid, at))[0]).toEqual([one.kid, at]);
  });

  it('belong to nobody who is not there, nor to the namesake of another tenant', () => {
    expect(() => addProviderKey(empty, owner, one)).toThrow('fraud-service');
    expect(() => addProviderKey(withProvider, { ...owner, tenant: 'globex' }, one)).toThrow('globex');
    const { file, auth } = inFile(withProvider);
    file.close();
    expect(auth.provider('acme', 'fraud-service')).toMatchObject({ signals: ['fraud_score'] });
    expect(auth.provider('globex', 'fraud-service')).toBeNull();
  });

  it('are no part of older files, which stay as they are', () => {
    const { dir, file, auth } = inFile(addKey(empty, agent, newKey(0)));
    file.close();
    expect(readCredentials(join(dir, 'credentials.json'))).not.toHaveProperty('providers');
    expect(auth.provider('acme', 'fraud-service')).toBeNull();
  });

  it('survive a change of an API key', () => {
    expect(addKey(addProviderKey(withProvider, owner, one), agent, newKey(0)).providers?.[0]?.keys).toHaveLength(1);
    const key = newKey(0);
    const kept = revokeKey(addKey(addProviderKey(withProvider, owner, one), agent, key), key.key_id, 'now');
    expect(keysOf(kept)).toEqual([[one.kid, null]]);
  });
});
