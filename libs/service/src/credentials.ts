import { createHash, randomBytes } from 'node:crypto';
import type { ProviderCredentials } from './provider-keys.js';
import { revoked, revokeProviderKey } from './provider-keys.js';

/** One API key, kept as its hash only. */
export interface StoredKey {
  readonly key_id: string;
  /** Lower-case hex of SHA-256 of the key. */
  readonly sha256: string;
  /** RFC 3339 UTC. */
  readonly created_at: string;
  /** RFC 3339 UTC; the key is valid until then, so a future time is the end of an overlap. */
  readonly revoked_at: string | null;
}

export interface AgentCredentials {
  readonly agent_id: string;
  readonly tenant: string;
  readonly environments: readonly string[];
  /** Subjects who operate the agent; they may never approve its actions. */
  readonly operators: readonly string[];
  readonly keys: readonly StoredKey[];
  /** Secrets of `countersign-signature`; the newest last, all of them valid. */
  readonly signing_secrets: readonly string[];
  /** Where the agent is told that something new is to be read; absent: nowhere. */
  readonly callback_url?: string;
}

export interface ExecutorCredentials {
  readonly executor_id: string;
  readonly tenant: string;
  readonly environments: readonly string[];
  /** Audiences of approval tokens that this executor may redeem. */
  readonly audiences: readonly string[];
  readonly keys: readonly StoredKey[];
}

/** Content of `credentials.json`. */
export interface Credentials {
  /** Absent: none. */
  readonly providers?: readonly ProviderCredentials[];
  readonly agents: readonly AgentCredentials[];
  readonly executors: readonly ExecutorCredentials[];
}

export const NO_CREDENTIALS: Credentials = { agents: [], executors: [] };

/** Whose API key is meant: an agent's or an executor's id in a tenant. */
export interface KeyOwner {
  readonly kind: 'agent' | 'executor';
  readonly tenant: string;
  readonly id: string;
}

/** What the operator decides about a new key; the random parts come from `newKey`. */
export interface NewKey {
  readonly key_id: string;
  /** The key itself, shown once and never stored. */
  readonly secret: string;
  /** RFC 3339 UTC. */
  readonly created_at: string;
}

/** 256 random bits, with a prefix that secret scanners can find. */
export const newKey = (nowMs: number): NewKey => ({
  key_id: `key_${randomBytes(8).toString('hex')}`,
  secret: `csk_${randomBytes(32).toString('base64url')}`,
  created_at: new Date(nowMs).toISOString(),
});

/** Hash under which a key is stored; a fast hash is enough for 256 random bits. */
export const hashKey = (secret: string): string => createHash('sha256').update(secret, 'utf8').digest('hex');

export const hasAgent = ({ agents }: Credentials, { tenant, id }: KeyOwner): boolean =>
  agents.some((agent) => agent.tenant === tenant && agent.agent_id === id);

/** Adds an agent without keys. @throws Error when there is one of that id */
export function addAgent(credentials: Credentials, agent: Omit<AgentCredentials, 'keys'>): Credentials {
  if (hasAgent(credentials, { kind: 'agent', tenant: agent.tenant, id: agent.agent_id }))
    throw new Error(`there is an agent ${agent.agent_id} in tenant ${agent.tenant} already`);
  return { ...credentials, agents: [...credentials.agents, { ...agent, keys: [] }] };
}

/** Adds a key beside the present ones. @throws Error when there is no such agent or executor */
export const addKey = (credentials: Credentials, owner: KeyOwner, key: NewKey): Credentials =>
  withKeys(credentials, owner, (keys) => [...keys, stored(key)]);

/**
 * Adds a key and revokes every other one of that owner once the overlap is over.
 * @param overlapMs how long the others stay valid beside it, milliseconds. Default 0
 * @throws Error when there is no such agent or executor
 */
export function rotateKey(credentials: Credentials, owner: KeyOwner, key: NewKey, overlapMs = 0): Credentials {
  const until = new Date(Date.parse(key.created_at) + overlapMs).toISOString();
  return withKeys(credentials, owner, (keys) => [...keys.map((old) => revoked(old, until)), stored(key)]);
}

/**
 * Adds a signing secret to an agent; the one before it stays valid, older ones go.
 * @throws Error when there is no such agent
 */
export function rotateSecret(credentials: Credentials, owner: KeyOwner, secret: string): Credentials {
  const isOwner = ({ tenant, agent_id }: AgentCredentials) => tenant === owner.tenant && agent_id === owner.id;
  if (owner.kind !== 'agent' || !credentials.agents.some(isOwner))
    throw new Error(`there is no agent ${owner.id} in tenant ${owner.tenant}`);
  const renewed = (agent: AgentCredentials): AgentCredentials => ({
    ...agent,
    signing_secrets: [...agent.signing_secrets.slice(-1), secret],
  });
  const agents = credentials.agents.map((agent) => (isOwner(agent) ? renewed(agent) : agent));
  return { ...credentials, agents };
}

/**
 * Sets where an agent is told of its actions; null ends it. Callbacks are signed with its signing secrets.
 * @throws Error when there is no such agent, or it has no secret
 */
export function setCallback(credentials: Credentials, { tenant, id }: KeyOwner, url: string | null): Credentials {
  const isOwner = (agent: AgentCredentials) => agent.tenant === tenant && agent.agent_id === id;
  const owner = credentials.agents.find(isOwner);
  if (owner === undefined) throw new Error(`there is no agent ${id} in tenant ${tenant}`);
  if (url !== null && owner.signing_secrets.length === 0)
    throw new Error(`agent ${id} has no signing secret; make one with: countersign keys rotate-secret`);
  const { callback_url: _former, ...rest } = owner;
  const changed: AgentCredentials = { ...rest, ...(url !== null && { callback_url: url }) };
  return { ...credentials, agents: credentials.agents.map((agent) => (isOwner(agent) ? changed : agent)) };
}

/** 256 random bits for `countersign-signature`. */
export const newSecret = (): string => `css_${randomBytes(32).toString('base64url')}`;

/** Revokes one key; revoking it again changes nothing. @throws Error when there is no such key */
export function revokeKey(credentials: Credentials, keyId: string, revokedAt: string): Credentials {
  let found = false;
  const revokeIn = (keys: readonly StoredKey[]): StoredKey[] =>
    keys.map((key) => {
      if (key.key_id !== keyId) return key;
      found = true;
      return revoked(key, revokedAt);
    });
  const byProvider = revokeProviderKey(credentials.providers ?? [], keyId, revokedAt);
  const changed = {
    ...credentials,
    ...(byProvider !== null && { providers: byProvider }),
    agents: credentials.agents.map((agent) => ({ ...agent, keys: revokeIn(agent.keys) })),
    executors: credentials.executors.map((executor) => ({ ...executor, keys: revokeIn(executor.keys) })),
  };
  if (!found && byProvider === null) throw new Error(`there is no key ${keyId}`);
  return changed;
}

const stored = (key: NewKey): StoredKey => ({
  key_id: key.key_id,
  sha256: hashKey(key.secret),
  created_at: key.created_at,
  revoked_at: null,
});

function withKeys(
  credentials: Credentials,
  owner: KeyOwner,
  change: (keys: readonly StoredKey[]) => StoredKey[],
): Credentials {
  const list: readonly (AgentCredentials | ExecutorCredentials)[] =
    owner.kind === 'agent' ? credentials.agents : credentials.executors;
  const idOf = (entry: AgentCredentials | ExecutorCredentials) =>
    'agent_id' in entry ? entry.agent_id : entry.executor_id;
  const isOwner = (entry: AgentCredentials | ExecutorCredentials) =>
    entry.tenant === owner.tenant && idOf(entry) === owner.id;
  if (!list.some(isOwner)) throw new Error(`there is no ${owner.kind} ${owner.id} in tenant ${owner.tenant}`);
  const changed = <T extends AgentCredentials | ExecutorCredentials>(entries: readonly T[]): T[] =>
    entries.map((entry) => (isOwner(entry) ? { ...entry, keys: change(entry.keys) } : entry));
  return owner.kind === 'agent'
    ? { ...credentials, agents: changed(credentials.agents) }
    : { ...credentials, executors: changed(credentials.executors) };
}
