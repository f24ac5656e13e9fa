import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** A proposal may have 256 KiB; a reviewer reads less. */
const SHOWN_CHARACTERS = 20_000;
const LONGEST_BYTES = 64 * 1024 * 1024;

/** The change set that a deployment brings out. */
export interface Commit {
  sha: string;
  parent: string | null;
  subject: string;
  files: { path: string; added: number | null; removed: number | null }[];
  /** Unified diff, its first 20,000 characters. */
  diff: string;
  /** Of the whole diff. */
  diff_sha256: string;
  diff_truncated: boolean;
}

async function git(folder: string, ...args: string[]): Promise<string> {
  return (await run('git', ['-C', folder, ...args], { maxBuffer: LONGEST_BYTES })).stdout;
}

const count = (text: string | undefined): number | null => (text === undefined || text === '-' ? null : Number(text));

/** Lines of `git show --numstat`: added, removed, path; binary files have dashes. */
function filesOf(numstat: string): Commit['files'] {
  const lines = numstat.split('\n').filter((line) => line !== '');
  return lines.slice(0, 100).map((line) => {
    const [added, removed, ...path] = line.split('\t');
    return { path: path.join('\t'), added: count(added), removed: count(removed) };
  });
}

/** Never cuts a pair of surrogates in two: strict JSON refuses a lone one. */
const shorten = (text: string): string => text.slice(0, SHOWN_CHARACTERS).replace(/[\ud800-\udbff]$/, '');

/** The last commit of the repository around `folder`; null when there is no repository, no commit or no git. */
export async function lastCommit(folder: string): Promise<Commit | null> {
  try {
    const [sha = '', parents = '', subject = ''] = (await git(folder, 'log', '-1', '--format=%H%n%P%n%s')).split('\n');
    const show = ['show', '--format=', '--no-color', '--no-ext-diff'];
    const diff = await git(folder, ...show, '--patch', sha);
    const files = filesOf(await git(folder, ...show, '--numstat', sha));
    const diff_sha256 = createHash('sha256').update(diff).digest('hex');
    const diff_truncated = diff.length > SHOWN_CHARACTERS;
    return {
      sha,
      parent: parents.split(' ')[0] || null,
      subject,
      files,
      diff: shorten(diff),
      diff_sha256,
      diff_truncated,
    };
  } catch {
    return null;
  }
}
