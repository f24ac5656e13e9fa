import { createHash } from 'node:crypto';
import { wrongUse } from '../shared/command-error.js';
import { commitOf, git } from './git.js';
import { beginning, within } from './within.js';

/**
 * What a deployment brings out. Only the texts that people read are cut; the counts and the digest are of all of it.
 * The members are data fields of the proposal.
 */
export interface ChangeSet {
  base: string;
  head: string;
  /** `sha256:` and hex over the bytes of the whole diff. */
  diff_digest: string;
  diff_bytes: number;
  commits_count: number;
  files_changed: number;
  /** Without binary files. */
  lines_changed: number;
  commits: { sha: string; author: string; subject: string }[];
  files: { path: string; added: number | null; removed: number | null }[];
  /** Beginning of the diff. */
  diff: string;
  /** What was cut to fit into a proposal; null when all is there. */
  cut: string | null;
}

/** How much of a proposal each part may take, bytes of JSON; a proposal has 256 KiB in all. */
const DIFF_BYTES = 100_000;
const LIST_BYTES = 25_000;
/** So that neither the machine's settings nor the repository's change the bytes. */
const DIFF = ['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--diff-algorithm=myers'];
const PATCH = [
  ...[...DIFF, '--full-index', '--unified=3', '--inter-hunk-context=0', '--submodule=short'],
  ...['--src-prefix=a/', '--dst-prefix=b/'],
];

export interface Range {
  base: string;
  head: string;
}

/** `BASE..HEAD` as people write it. @throws CommandError (exit code 2) */
export function rangeOf(text: string): Range {
  const [base = '', head = '', ...more] = text.split('..');
  if (base === '' || head === '' || head.startsWith('.') || more.length > 0)
    throw wrongUse(`--range takes BASE..HEAD, both named; ${text} is something else.`);
  return { base, head };
}

const count = (text: string | undefined): number | null => (text === undefined || text === '-' ? null : Number(text));
const records = (text: string): string[] => text.split('\0').filter((part) => part !== '');

/** `added TAB removed TAB path`, ended by NUL; binary files have dashes. */
const filesOf = (numstat: string): ChangeSet['files'] =>
  records(numstat).map((record) => {
    const [added, removed, ...path] = record.split('\t');
    return { path: path.join('\t'), added: count(added), removed: count(removed) };
  });

const commitsOf = (log: string): ChangeSet['commits'] =>
  records(log).map((record) => {
    const [sha = '', author = '', subject = ''] = record.replace(/^\n/, '').split('\n');
    return { sha, author, subject };
  });

function describeCut(
  parts: Record<'commits' | 'files', number>,
  diff: { shown: string; whole: string },
): string | null {
  const lists = Object.entries(parts).flatMap(([name, left]) => (left > 0 ? [`${left} ${name}`] : []));
  const hidden = Buffer.byteLength(diff.whole) - Buffer.byteLength(diff.shown);
  const all = hidden > 0 ? [...lists, `${hidden} bytes of the diff`] : lists;
  return all.length === 0 ? null : `left out here: ${all.join(', ')}; the digest covers all of it`;
}

/**
 * Reads the change set between two commits, oldest first.
 * @throws CommandError (exit code 2) when there is no repository or no such commit
 */
export async function readChangeSet(folder: string, range: Range): Promise<ChangeSet> {
  const [base, head] = [await commitOf(folder, range.base), await commitOf(folder, range.head)];
  const bytes = await git(folder, ...PATCH, base, head);
  const files = filesOf((await git(folder, ...DIFF, '--numstat', '-z', base, head)).toString());
  const log = await git(folder, 'log', '-z', '--reverse', '--format=%H%n%an <%ae>%n%s', `${base}..${head}`);
  const commits = commitsOf(log.toString());
  const [fewCommits, fewFiles] = [within(commits, LIST_BYTES), within(files, LIST_BYTES)];
  const whole = bytes.toString();
  const diff = beginning(whole, DIFF_BYTES);
  return {
    ...{ base, head },
    diff_digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    diff_bytes: bytes.length,
    commits_count: commits.length,
    files_changed: files.length,
    lines_changed: files.reduce((sum, { added, removed }) => sum + (added ?? 0) + (removed ?? 0), 0),
    ...{ commits: fewCommits.shown, files: fewFiles.shown, diff },
    cut: describeCut({ commits: fewCommits.left_out, files: fewFiles.left_out }, { shown: diff, whole }),
  };
}
