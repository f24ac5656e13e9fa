import { parseJson } from '@countersign/canonical';
import { dataFolder, localFilePath } from '@countersign/local';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unreachable, wrongUse } from './command-error.js';

export interface LocalAgent {
  agent_id: string;
  tenant: string;
  environments: string[];
  api_key: string;
  signing_secret: string;
}

export interface LocalExecutor {
  executor_id: string;
  tenant: string;
  environments: string[];
  api_key: string;
}

export interface LocalReviewer {
  subject: string;
  name: string;
  tenant: string;
  roles: string[];
}

/** Content of `.countersign/local.json`: the system that was started last. */
export interface LocalSystem {
  ready_at: string;
  intake_url: string;
  policy_url: string;
  approval_url: string;
  approval_urls: string[];
  telemetry_url: string;
  issuer_url: string;
  kafka_brokers: string[];
  clickhouse_url: string;
  clickhouse: { database: string; analyst_user: string; analyst_password: string };
  agents: LocalAgent[];
  executors: LocalExecutor[];
  reviewers: LocalReviewer[];
  pids: Record<string, number>;
}

/** @throws CommandError (exit code 3) when no system was started in this clone */
export async function readLocalSystem(path = localFilePath): Promise<LocalSystem> {
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

/** @throws CommandError (exit code 2) */
export function reviewerOf(local: LocalSystem, subject: string): LocalReviewer {
  const found = local.reviewers.find((reviewer) => reviewer.subject === subject);
  if (found === undefined) throw wrongUse(`Unknown reviewer ${subject}. Known: ${ids(local.reviewers, 'subject')}`);
  return found;
}

function ids<K extends string>(members: readonly Record<K, string>[], name: K): string {
  return [...new Set(members.map((member) => member[name]))].join(', ');
}

/** Folder of the hashed credentials; named after the port base, which is intake's port. */
export function secretsFolderOf(local: LocalSystem): string {
  return join(dataFolder(Number(new URL(local.intake_url).port)), 'secrets');
}

/** Puts a new key into the local file, so that the other commands use it from now on. */
export async function rememberKey(owner: { kind: string; tenant: string; id: string }, apiKey: string): Promise<void> {
  const local = await readLocalSystem();
  const members = owner.kind === 'agent' ? local.agents : local.executors;
  const idOf = (one: LocalAgent | LocalExecutor): string => ('agent_id' in one ? one.agent_id : one.executor_id);
  const member = members.find((one) => one.tenant === owner.tenant && idOf(one) === owner.id);
  if (member !== undefined) member.api_key = apiKey;
  const draft = `${localFilePath}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, localFilePath);
}
