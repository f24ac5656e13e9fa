import { CountersignError } from '@countersign/canonical';
import { bearerToken } from './bearer.js';
import type { AgentCredentials, ExecutorCredentials } from './credentials.js';
import { hashKey } from './credentials.js';
import type { ProviderCredentials } from './provider-keys.js';
import type { CredentialsFile } from './credentials-file.js';

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

/** Bearer authentication by API keys of `credentials.json`. */
export class KeyAuth {
  private byHash: ReadonlyMap<string, Caller>;

  constructor(private readonly file: CredentialsFile) {
    this.byHash = index(file);
    file.onChange(() => (this.byHash = index(file)));
  }

  /** @throws CountersignError `unauthenticated` for a missing, unknown or revoked key */
  authenticate(authorization: string | undefined): Caller {
    // Looked up by hash: what timing could tell is about the hash, which says nothing of a random key.
    const caller = this.byHash.get(hashKey(bearerToken(authorization)));
    if (!caller) throw new CountersignError('unauthenticated', 'the API key is not known or was revoked');
    return caller;
  }

  /** The provider of signals with its keys, or null. */
  provider(tenant: string, providerId: string): ProviderCredentials | null {
    const isIt = (one: ProviderCredentials): boolean => one.tenant === tenant && one.provider_id === providerId;
    return this.file.get().providers?.find(isIt) ?? null;
  }

  /** The agent's record with its signing secrets, or null. */
  agent(tenant: string, agentId: string): AgentCredentials | null {
    return this.file.get().agents.find((agent) => agent.tenant === tenant && agent.agent_id === agentId) ?? null;
  }
}

function index(file: CredentialsFile): Map<string, Caller> {
  const { agents, executors } = file.get();
  const entries = [...agents.flatMap(agentKeys), ...executors.flatMap(executorKeys)];
  return new Map(entries);
}

const live = <T extends AgentCredentials | ExecutorCredentials>(owner: T) =>
  owner.keys.filter((key) => key.revoked_at === null);

const agentKeys = (agent: AgentCredentials): [string, Caller][] =>
  live(agent).map(({ sha256, key_id }) => {
    const { agent_id: id, tenant, environments, operators } = agent;
    return [sha256, { kind: 'agent', id, tenant, environments, operators, audiences: [], key_id }];
  });

const executorKeys = (executor: ExecutorCredentials): [string, Caller][] =>
  live(executor).map(({ sha256, key_id }) => {
    const { executor_id: id, tenant, environments, audiences } = executor;
    return [sha256, { kind: 'executor', id, tenant, environments, operators: [], audiences, key_id }];
  });
