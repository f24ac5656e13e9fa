import { parseJson } from '@countersign/canonical';
import type { LocalFile } from '@countersign/local';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unreachable, wrongUse } from './command-error.js';
import type { CommandError } from './command-error.js';
import { loadLocalFilePath } from './local-file.config.js';

/** Content of `.countersign/local.json`: the system that was started last. */
export type LocalSystem = LocalFile;
export type LocalAgent = LocalFile['agents'][number];
export type LocalExecutor = LocalFile['executors'][number];
export type LocalReviewer = LocalFile['reviewers'][number];

/** @throws CommandError (exit code 3) when no system was started in this clone */
export async function readLocalSystem(path = loadLocalFilePath(process.env)): Promise<LocalSystem> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) throw unreachable('No local system is known here. Start one with: npm start');
  return parseJson(text) as unknown as LocalSystem;
}

/** The agent with this id; in `tenant` when several tenants have one. @throws CommandError (exit code 2) */
export function agentOf(local: LocalSystem, agentId: string, tenant?: string): LocalAgent {
  const found = local.agents.find((agent) => agent.agent_id === agentId && (tenant ?? agent.tenant) === agent.tenant);
  if (found === undefined) throw wrongUse(`Unknown agent ${agentId}. Known: ${ids(local.agents, 'agent_id')}`);
  return found;
}

/** @throws CommandError (exit code 2) */
export function executorOf(local: LocalSystem, executorId: string, tenant?: string): LocalExecutor {
  const matches = (one: LocalExecutor): boolean =>
    one.executor_id === executorId && (tenant ?? one.tenant) === one.tenant;
  const found = local.executors.find(matches);
  if (found === undefined)
    throw wrongUse(`Unknown executor ${executorId}. Known: ${ids(local.executors, 'executor_id')}`);
  return found;
}

/** Whom the identity provider is asked to sign in; one of the start's roster in the tenant given there. */
export type NamedPerson = Pick<LocalReviewer, 'subject'> & Partial<Pick<LocalReviewer, 'tenant'>>;

/** Also somebody who was added to the roster since the start: the identity provider knows. */
export const reviewerOf = (local: LocalSystem, subject: string): NamedPerson =>
  local.reviewers.find((reviewer) => reviewer.subject === subject) ?? { subject };

/** Of somebody whom the identity provider does not know. */
export const unknownReviewer = (local: LocalSystem, subject: string): CommandError =>
  wrongUse(`Unknown reviewer ${subject}. Known: ${ids(local.reviewers, 'subject')}, and whom you add to the roster.`);

function ids<K extends string>(members: readonly Record<K, string>[], name: K): string {
  return [...new Set(members.map((member) => member[name]))].join(', ');
}

/** Folder of the hashed credentials. */
export const secretsFolderOf = (local: LocalSystem): string => join(local.data_dir, 'secrets');

interface Owner {
  kind: 'agent' | 'executor';
  tenant: string;
  id: string;
}

/** Puts a new agent into the local file. */
export async function rememberAgent(agent: LocalAgent): Promise<void> {
  const local = await readLocalSystem();
  await writeLocalSystem({ ...local, agents: [...local.agents, agent] });
}

/** Puts a new key into the local file, so that the other commands use it from now on. */
export async function rememberKey(owner: Owner, api_key: string): Promise<void> {
  const local = await readLocalSystem();
  const isOwner = (kind: Owner['kind'], tenant: string, id: string): boolean =>
    kind === owner.kind && tenant === owner.tenant && id === owner.id;
  const agents = local.agents.map((one) => (isOwner('agent', one.tenant, one.agent_id) ? { ...one, api_key } : one));
  const executors = local.executors.map((one) =>
    isOwner('executor', one.tenant, one.executor_id) ? { ...one, api_key } : one,
  );
  await writeLocalSystem({ ...local, agents, executors });
}

/** Puts a provider's new private key into the local file. */
export async function rememberProviderKey(owner: { tenant: string; id: string }, private_jwk: object): Promise<void> {
  const local = await readLocalSystem();
  const providers = local.providers.map((one) =>
    one.tenant === owner.tenant && one.provider_id === owner.id
      ? { ...one, private_jwk: private_jwk as typeof one.private_jwk }
      : one,
  );
  await writeLocalSystem({ ...local, providers });
}

async function writeLocalSystem(local: LocalSystem): Promise<void> {
  const path = loadLocalFilePath(process.env);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}
