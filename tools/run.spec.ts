import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function runTask(...args: string[]) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'tools/run.mjs'), ...args], {
    encoding: 'utf8',
    env,
  });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

it('ends a test run with the counts and fails when a test failed', () => {
  const run = runTask('test', '--testMatch', '**/tools/fixtures/mixed.fixture.mjs');
  expect(run.lastLine).toBe('1 passed, 1 failed');
  expect(run.status).toBe(1);
}, 120_000);

it('refuses an unknown task', () => {
  expect(runTask('deploy').status).toBe(2);
});
