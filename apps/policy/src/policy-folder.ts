import type { PolicyPublished } from '@countersign/events';
import { activationOf } from '@countersign/policy';
import type { PolicyHistory, PolicyLine } from '@countersign/policy';
import type { PolicyFile } from './policy-files.js';
import type { PolicyFact } from './policy-records.js';

export interface FolderOptions {
  /** Who answers for the folder. */
  readonly operator: string;
  /** True: a changed file is active at once. False: it waits as a draft. A policy's first version is active either way. */
  readonly follow: boolean;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
}

/** What a folder of policy files adds to the log: nothing for a file that is as it was. */
export const factsOfFolder = (
  files: readonly PolicyFile[],
  history: PolicyHistory,
  options: FolderOptions,
): PolicyFact[] => files.flatMap((file) => factsOfFile(file, lineOf(file, history), options));

/** Files that are published and not active, for the log line that says what to do. */
export function waitingFiles(
  files: readonly PolicyFile[],
  history: PolicyHistory,
): { readonly file: string; readonly policy: string; readonly version: number }[] {
  return files.flatMap((file) => {
    const line = lineOf(file, history);
    const record = line?.byHash(file.content_hash);
    if (!line || !record || line.standing(record.version)?.state !== 'draft') return [];
    return [{ file: file.file, policy: file.policy.name, version: record.version }];
  });
}

const lineOf = ({ policy }: PolicyFile, history: PolicyHistory): PolicyLine | null =>
  history.line(policy.tenant, policy.name);

function factsOfFile(file: PolicyFile, line: PolicyLine | null, options: FolderOptions): PolicyFact[] {
  const { content_hash } = file;
  const known = line?.byHash(content_hash) ?? null;
  const isFirst = line === null || line.versions.length === 0;
  // What was activated since by an approved change stays, as long as nobody edits the file.
  const isEdited = line?.lastFromFolder() !== content_hash;
  const isActive = known !== null && line?.standing(known.version)?.state === 'active';
  const activates = isFirst || (options.follow && isEdited && !isActive);
  const isNews = known === null || (file.cases !== null && file.cases !== known.published.cases);
  const published = publicationOf(file, line, options);
  const number = known?.version ?? (line?.versions.length ?? 0) + 1;
  return [
    ...(isNews ? [{ name: 'PolicyPublished', event: published } as const] : []),
    ...(activates ? [{ name: 'PolicyStateChanged', event: activationOf(published, number) } as const] : []),
  ];
}

function publicationOf(
  { policy, content, content_hash, cases }: PolicyFile,
  line: PolicyLine | null,
  { operator, nowMs }: FolderOptions,
): PolicyPublished {
  const { tenant, name } = policy;
  const parent = (line?.active() ?? line?.versions.at(-1))?.published.content_hash ?? null;
  const note = 'from the start-up folder';
  return { tenant, name, content_hash, content, author: operator, note, published_at: nowMs, parent, cases };
}
