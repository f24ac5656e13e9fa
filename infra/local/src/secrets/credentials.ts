import { createHash, createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { Roster, RosterAgent, RosterExecutor } from '../roster.js';
import { completeProviders, usableProviderKey } from './providers.js';
import type { ProviderKey, StoredProvider } from './providers.js';
import { randomHex, readIfThere, secretText, writeSecret } from './files.js';

interface StoredKey {
  readonly key_id: string;
  readonly sha256: string;
  readonly created_at: string;
  readonly revoked_at: string | null;
}

interface Keyed {
  readonly keys: readonly StoredKey[];
}

type StoredAgent = RosterAgent & Keyed & { readonly signing_secrets: readonly string[] };
type StoredExecutor = RosterExecutor & Keyed;

/** Content of `credentials.json`, the file that services watch. */
interface Stored {
  readonly agents: readonly StoredAgent[];
  readonly executors: readonly StoredExecutor[];
  /** Absent: none. */
  readonly providers?: readonly StoredProvider[];
}

/** A member of the roster with the key that it uses, in plain text for local.json only. */
export type AgentKey = RosterAgent & { readonly api_key: string; readonly signing_secret: string };
export type ExecutorKey = RosterExecutor & { readonly api_key: string };

export interface LocalKeys {
  readonly agents: readonly AgentKey[];
  readonly executors: readonly ExecutorKey[];
  readonly providers: readonly ProviderKey[];
}

const hash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const nameOf = (member: RosterAgent | RosterExecutor): string =>
  'agent_id' in member
    ? `agent|${member.tenant}|${member.agent_id}`
    : `executor|${member.tenant}|${member.executor_id}`;

/** The roster's first keys derive from one random root, so that no plain key is kept with the hashes. */
const derive = (root: string, ...parts: string[]): string =>
  createHmac('sha256', Buffer.from(root, 'hex')).update(parts.join('|')).digest('base64url');

function firstKey(root: string, member: RosterAgent | RosterExecutor, nowMs: number): StoredKey {
  const sha256 = hash(`csk_${derive(root, 'key', nameOf(member))}`);
  return { key_id: `key_${sha256.slice(0, 16)}`, sha256, created_at: new Date(nowMs).toISOString(), revoked_at: null };
}

/** Adds members that are new in the roster; what `countersign keys` did to the others stays. */
function complete(root: string, stored: Stored, roster: Roster): Stored {
  const nowMs = Date.now();
  const known = new Set([...stored.agents, ...stored.executors].map(nameOf));
  const isNew = (member: RosterAgent | RosterExecutor): boolean => !known.has(nameOf(member));
  const agents = roster.agents.filter(isNew).map((agent) => ({
    ...agent,
    keys: [firstKey(root, agent, nowMs)],
    signing_secrets: [`css_${derive(root, 'signing', nameOf(agent))}`],
  }));
  const executors = roster.executors
    .filter(isNew)
    .map((executor) => ({ ...executor, keys: [firstKey(root, executor, nowMs)] }));
  return {
    agents: [...stored.agents, ...agents],
    executors: [...stored.executors, ...executors],
    providers: completeProviders(root, stored.providers ?? [], roster.providers),
  };
}

/** The executor that the policy service is when it makes an approved change of policy. */
const POLICY_EXECUTOR = 'policy-service';

/** Gives the policy service its keys, by tenant: it redeems approvals as any other executor does. */
export async function ensurePolicyKeys(secretsDir: string, localFiles: readonly string[]): Promise<void> {
  const { executors } = await readLocalKeys(secretsDir, localFiles);
  const own = executors.filter(({ executor_id }) => executor_id === POLICY_EXECUTOR);
  const keys = Object.fromEntries(own.map(({ tenant, api_key }) => [tenant, api_key]));
  await writeSecret(join(secretsDir, 'policy-executor.json'), `${JSON.stringify(keys, null, 2)}\n`);
}

/** A key that a local.json named, else the derived one; '' when neither is valid any more. */
function usableKey(root: string, member: (RosterAgent | RosterExecutor) & Keyed, former: readonly LocalKeys[]): string {
  const valid = new Set(member.keys.filter((key) => key.revoked_at === null).map((key) => key.sha256));
  const named = former
    .flatMap(({ agents, executors }) => [...agents, ...executors])
    .filter((one) => nameOf(one) === nameOf(member));
  const candidates = [...named.map((one) => one.api_key), `csk_${derive(root, 'key', nameOf(member))}`];
  return candidates.find((key) => valid.has(hash(key))) ?? '';
}

// A local.json may name none.
const formerProviders = ({ providers }: Partial<LocalKeys>): readonly ProviderKey[] => providers ?? [];

async function readFormer(localFile: string): Promise<LocalKeys[]> {
  const text = await readIfThere(localFile);
  return text === null ? [] : [JSON.parse(text) as LocalKeys];
}

const rootKey = (secretsDir: string): Promise<string> => secretText(join(secretsDir, 'root.key'), randomHex);
const credentialsFile = (secretsDir: string): string => join(secretsDir, 'credentials.json');

async function readStored(secretsDir: string): Promise<Stored> {
  const text = await readIfThere(credentialsFile(secretsDir));
  return text === null ? { agents: [], executors: [] } : (JSON.parse(text) as Stored);
}

/** Makes `credentials.json` complete for this roster. */
export async function ensureCredentials(secretsDir: string, roster: Roster): Promise<void> {
  const full = complete(await rootKey(secretsDir), await readStored(secretsDir), roster);
  await writeSecret(credentialsFile(secretsDir), `${JSON.stringify(full, null, 2)}\n`);
}

/**
 * The roster with usable keys.
 * @param localFiles paths of local.json files, which know the keys that were rotated since; the first valid one counts
 */
export async function readLocalKeys(secretsDir: string, localFiles: readonly string[]): Promise<LocalKeys> {
  const root = await rootKey(secretsDir);
  const { agents, executors, providers = [] } = await readStored(secretsDir);
  const former = (await Promise.all(localFiles.map(readFormer))).flat();
  return {
    agents: agents.map(({ tenant, agent_id, environments, operators, ...agent }) => ({
      ...{ tenant, agent_id, environments, operators },
      api_key: usableKey(root, { tenant, agent_id, environments, operators, ...agent }, former),
      signing_secret: agent.signing_secrets.at(-1) ?? '',
    })),
    executors: executors.map(({ tenant, executor_id, environments, audiences, ...executor }) => ({
      ...{ tenant, executor_id, environments, audiences },
      api_key: usableKey(root, { tenant, executor_id, environments, audiences, ...executor }, former),
    })),
    providers: providers.map((provider) => usableProviderKey(root, provider, former.flatMap(formerProviders))),
  };
}
