import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rangeOf, readChangeSet } from './change-set.js';
import { beginning, within } from './within.js';

let folder: string;
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args])
    .toString()
    .trim();
const commit = (name: string, content: string | Buffer, subject: string): void => {
  writeFileSync(join(folder, name), content);
  git('add', '-A');
  git('commit', '-qm', subject);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-gate-'));
  git('init', '-q', '-b', 'main');
  commit('cart.ts', 'one\n', 'first');
  commit('cart.ts', 'one\ntwo\n', 'second: adds "two"');
  commit('logo.bin', Buffer.from([0, 1, 2, 255]), 'third');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a change set', () => {
  it('is the commits, files and diff of a range, with the digest that git gives for it', async () => {
    const changes = await readChangeSet(folder, { base: 'main~2', head: 'main' });
    const head = git('rev-parse', 'main');
    expect(changes).toMatchObject({ base: git('rev-parse', 'main~2'), head, cut: null });
    expect(changes).toMatchObject({ commits_count: 2, files_changed: 2, lines_changed: 1 });
    expect(changes.commits).toEqual([
      { sha: git('rev-parse', 'main~1'), author: 'Ada <ada@example.com>', subject: 'second: adds "two"' },
      { sha: head, author: 'Ada <ada@example.com>', subject: 'third' },
    ]);
    expect(changes.files).toEqual([
      { path: 'cart.ts', added: 1, removed: 0 },
      { path: 'logo.bin', added: null, removed: null },
    ]);
    expect(changes.diff).toContain('+two');
    const bytes = execFileSync('git', ['-C', folder, 'diff', '--no-color', '--full-index', 'main~2', 'main']);
    expect(changes.diff_digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  });

  it('has the same digest whatever the settings of the machine are', async () => {
    const before = await readChangeSet(folder, { base: 'main~2', head: 'main' });
    for (const setting of [
      ['color.ui', 'always'],
      ['diff.noprefix', 'true'],
      ['diff.context', '0'],
      ['diff.external', 'false'],
    ])
      git('config', ...(setting as [string, string]));
    expect(await readChangeSet(folder, { base: 'main~2', head: 'main' })).toEqual(before);
  });

  it('is cut for reading only: the digest is of all of it', async () => {
    commit('long.txt', 'x"\n'.repeat(100_000), 'long');
    const short = await readChangeSet(folder, { base: 'main~1', head: 'main' });
    expect(Buffer.byteLength(JSON.stringify(short))).toBeLessThan(110_000);
    expect(short.cut).toMatch(/left out here: \d+ bytes of the diff/);
    writeFileSync(join(folder, 'long.txt'), `${'x"\n'.repeat(99_999)}y\n`);
    git('commit', '-qam', 'end', '--amend');
    const other = await readChangeSet(folder, { base: 'main~1', head: 'main' });
    expect(other.diff.slice(0, 50_000)).not.toBe('');
    expect(other.diff_digest).not.toBe(short.diff_digest);
  });

  it.each([
    ['an unknown commit', { base: 'main', head: 'nothing' }, 'is no commit'],
    ['an option', { base: '--output=x', head: 'main' }, 'is no commit'],
  ])('is not read from %s', async (_name, range, message) => {
    await expect(readChangeSet(folder, range)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });

  it('takes a range of two names', () => {
    expect(rangeOf('v1.0..HEAD')).toEqual({ base: 'v1.0', head: 'HEAD' });
    for (const wrong of ['', 'HEAD', '..HEAD', 'main..', 'a...b', 'a..b..c'])
      expect(() => rangeOf(wrong)).toThrow('BASE..HEAD');
  });
});

describe('what fits', () => {
  it('never cuts a character in two', () => {
    for (let bytes = 2; bytes < 14; bytes += 1) {
      const text = beginning('a\n😀b😀', bytes);
      expect(text.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThanOrEqual(Math.max(bytes, 2));
    }
    expect(beginning('short', 100)).toBe('short');
  });

  it('counts what it leaves out', () => {
    expect(within(['aaa', 'bbb', 'ccc'], 10)).toEqual({ shown: ['aaa', 'bbb'], left_out: 1 });
    expect(within(['a'], 100)).toEqual({ shown: ['a'], left_out: 0 });
  });
});
