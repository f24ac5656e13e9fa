import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const check = (...file: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(root, 'tools/break-promises.mjs'), '--check', ...file], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });

const row = {
  promise: 'a promise',
  file: 'libs/service/src/rate-limit.ts',
  how: 'nobody is counted',
  find: 'bucket.tokens -= 1;',
  replace: '',
  test: 'libs/service/src/rate-limit',
};

describe('the rows of tools/promises.json', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-promises-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const checked = (text: string) => {
    const file = join(folder, 'rows.json');
    writeFileSync(file, text);
    return check(file);
  };

  it('can all be broken', () => expect(check()).toMatchObject({ status: 0, stdout: '' }));

  it.each<[string, object, string]>([
    ['lack a member', { test: undefined }, 'lacks test'],
    ['have an unknown member', { tests: 'x' }, 'has tests'],
    ['name code that is gone', { find: 'bucket.tokens -= 7;' }, 'stands 0 times'],
    ['name code that stands twice', { find: 'nowMs' }, 'times'],
    ['name a file that is gone', { file: 'libs/service/src/gone.ts' }, 'no file'],
    ['name a test that is gone', { test: 'libs/service/src/gone' }, 'no test'],
  ])('are refused when they %s', (_what, change, fault) => {
    const { status, stdout } = checked(JSON.stringify([row, { ...row, ...change }]));
    expect([status, stdout.trim().split('\n')]).toEqual([1, [expect.stringContaining(fault)]]);
  });

  it('are refused when a member stands twice', () => {
    const { status, stderr } = checked(JSON.stringify([row]).replace('"how"', '"file"'));
    expect(status).toBe(1);
    expect(stderr).toContain('duplicate_key');
  });
});
