import { CountersignError } from '@countersign/canonical';
import { bearerToken } from './bearer.js';
import type { AgentCredentials, ExecutorCredentials } from './credentials.js';
import { hashKey } from './credentials.js';
import { endOf } from './provider-keys.js';
import type { ProviderCredentials } from './provider-keys.js';
import type { CredentialsFile } from './credentials-file.js';
import type { RateLimit } from './rate-limit.js';

/** Whom an API key names. */
export interface Caller {
  readonly kind: 'agent' | 'executor';
  readonly id: string;
  readonly tenant: string;
  readonly environments: readonly string[];
  /** Of an agent; empty for an executor. */
  readonly operators: readonly string[];
  /** Of an executor; empty for an agent. */
  readonly audiences: readonly string[];
  readonly key_id: string;
}

interface KnownKey {
  readonly caller: Caller;
  /** UTC epoch milliseconds. */
  readonly untilMs: number;
}

/** Bearer authentication by API keys of `credentials.json`. */
export class KeyAuth {
  private byHash: ReadonlyMap<string, KnownKey>;

  /** @param limit how often each key may be used; null: as often as it likes */
  constructor(
    private readonly file: CredentialsFile,
    private readonly limit: RateLimit | null = null,
  ) {
    this.byHash = index(file);
    file.onChange(() => (this.byHash = index(file)));
  }

  /**
   * @throws CountersignError `unauthenticated` for a missing, unknown or revoked key, `rate_limited` for one that is used
   * too often
   */
  authenticate(authorization: string | undefined): Caller {
    // Looked up by hash: what timing could tell is about the hash, which says nothing of a random key.
    const known = this.find(hashKey(bearerToken(authorization)));
    if (!known || Date.now() >= known.untilMs)
      throw new CountersignError('unauthenticated', 'the API key is not known or was revoked');
    this.limit?.take(known.caller.key_id);
    return known.caller;
  }

  /** A key that was issued a moment ago is in the file, though not noticed yet. */
  private find(hash: string): KnownKey | undefined {
    const known = this.byHash.get(hash);
    if (known) return known;
    this.file.reload();
    return this.byHash.get(hash);
  }

  /** The provider of signals with its keys, or null. */
  provider(tenant: string, providerId: string): ProviderCredentials | null {
    this.file.reload(); // a key may be used as soon as it was made
    const isIt = (one: ProviderCredentials): boolean => one.tenant === tenant && one.provider_id === providerId;
    return this.file.get().providers?.find(isIt) ?? null;
  }

  /** Counts one record of an agent that came without a key. @throws CountersignError `rate_limited` */
  count({ tenant, agent_id }: AgentCredentials): void {
    this.limit?.take(`${tenant}|${agent_id}`);
  }

  /** The agent's record with its signing secrets, or null. */
  agent(tenant: string, agentId: string): AgentCredentials | null {
    this.file.reload(); // a secret may be used as soon as it was made
    return this.file.get().agents.find((agent) => agent.tenant === tenant && agent.agent_id === agentId) ?? null;
  }
}

function index(file: CredentialsFile): Map<string, KnownKey> {
  const { agents, executors } = file.get();
  const entries = [...agents.flatMap(agentKeys), ...executors.flatMap(executorKeys)];
  return new Map(entries);
}

const agentKeys = (agent: AgentCredentials): [string, KnownKey][] =>
  agent.keys.map((key) => {
    const { sha256, key_id } = key;
    const { agent_id: id, tenant, environments, operators } = agent;
    const caller: Caller = { kind: 'agent', id, tenant, environments, operators, audiences: [], key_id };
    return [sha256, { caller, untilMs: endOf(key) }];
  });

const executorKeys = (executor: ExecutorCredentials): [string, KnownKey][] =>
  executor.keys.map((key) => {
    const { sha256, key_id } = key;
    const { executor_id: id, tenant, environments, audiences } = executor;
    const caller: Caller = { kind: 'executor', id, tenant, environments, operators: [], audiences, key_id };
    return [sha256, { caller, untilMs: endOf(key) }];
  });
