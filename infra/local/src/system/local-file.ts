import { localFilePath } from '../paths.js';
import type { Roster, RosterReviewer } from '../roster.js';
import { readLocalKeys } from '../secrets/credentials.js';
import type { AgentKey, ExecutorKey } from '../secrets/credentials.js';
import type { ProviderKey } from '../secrets/providers.js';
import { readIfThere, writeSecret } from '../secrets/files.js';
import type { Layout } from './layout.js';
import type { ExternalEngine } from './options.js';

/** Content of `.countersign/local.json`; the names are fixed by API.md, "Local system". */
export interface LocalFile {
  readonly ready_at: string;
  readonly intake_url: string;
  readonly policy_url: string;
  readonly approval_url: string;
  readonly approval_urls: readonly string[];
  readonly telemetry_url: string;
  readonly issuer_url: string;
  readonly kafka_brokers: readonly string[];
  readonly clickhouse_url: string;
  readonly clickhouse: { readonly database: string; readonly analyst_user: string; readonly analyst_password: string };
  readonly agents: readonly AgentKey[];
  readonly executors: readonly ExecutorKey[];
  readonly providers: readonly ProviderKey[];
  readonly reviewers: readonly RosterReviewer[];
  readonly pids: Readonly<Record<string, number>>;
  readonly port_base: number;
  readonly data_dir: string;
}

export interface LocalFacts {
  readonly layout: Layout;
  readonly engine: ExternalEngine;
  readonly database: string;
  readonly roster: Roster;
  readonly readyAt: string;
}

export async function localFileOf(facts: LocalFacts, pids: Readonly<Record<string, number>>): Promise<LocalFile> {
  const { layout, engine, roster } = facts;
  const { urls } = layout;
  return {
    ready_at: facts.readyAt,
    intake_url: urls.intake,
    policy_url: urls.policy,
    approval_url: urls.approval[0] ?? '',
    approval_urls: urls.approval,
    telemetry_url: urls.telemetry,
    issuer_url: urls.issuer,
    kafka_brokers: layout.brokers,
    clickhouse_url: urls.clickhouse,
    clickhouse: {
      database: facts.database,
      analyst_user: engine.analystUser,
      analyst_password: engine.analystPassword,
    },
    ...(await readLocalKeys(layout.secrets, [localFilePath, layout.localFile])),
    reviewers: roster.reviewers,
    pids,
    port_base: layout.ports.intake,
    data_dir: layout.data,
  };
}

async function isAnnounced(file: LocalFile): Promise<boolean> {
  const text = await readIfThere(localFilePath);
  return text !== null && (JSON.parse(text) as LocalFile).intake_url === file.intake_url;
}

/**
 * Writes this system's own copy and, when it is the one started last, the file that everybody reads.
 * @param start true when the system has just become ready and so is the last one
 */
export async function writeLocalFile(facts: LocalFacts, file: LocalFile, start: boolean): Promise<void> {
  const text = `${JSON.stringify(file, null, 2)}\n`;
  await writeSecret(facts.layout.localFile, text);
  if (start || (await isAnnounced(file))) await writeSecret(localFilePath, text);
}
