import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastCommit } from './last-commit.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-commit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function git(...args: string[]): void {
  const author = ['-c', 'user.name=Kim', '-c', 'user.email=kim@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', folder, ...author, ...args], { stdio: 'ignore' });
}

function commit(text: string, subject: string): void {
  writeFileSync(join(folder, 'a.txt'), text);
  git('add', 'a.txt');
  git('commit', '--no-verify', '-m', subject);
}

describe('lastCommit', () => {
  it('is null outside a repository and in one without commits', async () => {
    await expect(lastCommit(folder)).resolves.toBeNull();
    git('init');
    await expect(lastCommit(folder)).resolves.toBeNull();
  });

  it('has the diff against the parent, also of the first commit', async () => {
    git('init');
    commit('one\n', 'first');
    const first = await lastCommit(folder);
    expect(first).toMatchObject({ parent: null, subject: 'first', files: [{ path: 'a.txt', added: 1, removed: 0 }] });
    commit('two\n', 'second');
    const second = await lastCommit(folder);
    expect(second).toMatchObject({ parent: first?.sha, subject: 'second', diff_truncated: false });
    expect(second?.diff).toContain('-one\n+two');
  });

  it('shortens a long diff and says so', async () => {
    git('init');
    commit('a line of text\n'.repeat(3_000), 'long');
    const long = await lastCommit(folder);
    expect(long).toMatchObject({ diff_truncated: true });
    expect(long?.diff.length).toBeLessThanOrEqual(20_000);
  });
});
