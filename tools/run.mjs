import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, root } from './bootstrap.mjs';

const bin = (path) => join(root, 'node_modules', path);

/** Runs a Node program to its end, with our streams. Returns its exit code. */
function node(...args) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  return status ?? 1;
}

async function start(args) {
  const { main } = await import('../apps/cli/dist/main.js');
  await main(['node', 'countersign', 'up', ...args]);
}

/** Suites that did not even run count as one failure each. The counts are the last line. */
function test(args) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-jest-'));
  const file = join(folder, 'result.json');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const status = node(...flags, bin('jest/bin/jest.js'), '--forceExit', '--json', `--outputFile=${file}`, ...args);
  const result = readResult(file);
  rmSync(folder, { recursive: true, force: true });
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  process.stdout.write(`${result.numPassedTests} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : status;
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numRuntimeErrorTestSuites: 0 };
  }
}

const CHECKS = [
  { name: 'lint and import directions', args: [bin('nx/dist/bin/nx.js'), 'run-many', '-t', 'lint'] },
  { name: 'lint outside the packages', args: [bin('eslint/bin/eslint.js'), 'tools', 'test'] },
  {
    name: 'import cycles',
    args: [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      'apps',
      'libs',
      'infra/local',
    ],
  },
  { name: 'types of specs', args: [bin('typescript/bin/tsc'), '-p', 'tsconfig.spec.json', '--noEmit'] },
  { name: 'generated files are fresh', args: ['tools/generate.mjs', '--check'] },
  { name: 'promises can be broken', args: ['tools/break-promises.mjs', '--check'] },
  { name: 'schemas are compatible', args: ['tools/schema-compat.mjs'] },
  { name: 'active policies', args: ['apps/cli/bin/countersign.mjs', 'policy', 'check', 'infra/policies'] },
  { name: 'example policies', args: ['apps/cli/bin/countersign.mjs', 'policy', 'check', 'infra/policies/examples'] },
  { name: 'format', args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
];

/** Everything that needs no broker and no engine; goes on after a failure, so that one run shows all of them. */
function check() {
  const failed = CHECKS.filter(({ name, args }) => {
    process.stdout.write(`– ${name}\n`);
    return node(...args) !== 0;
  });
  for (const { name } of failed) process.stdout.write(`failed: ${name}\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

const tasks = {
  start,
  test,
  check,
  bench: (args) => (process.exitCode = node('test/bench/bench.mjs', ...args)),
  faults: (args) => {
    process.env.COUNTERSIGN_FAULTS ??= 'long';
    test(['--testPathPatterns', 'test/faults', ...args]);
  },
  sizes: (args) => {
    process.env.COUNTERSIGN_TEST_SIZES ??= '10000';
    test(['--testPathPatterns', 'test/sizes', ...args]);
  },
  hostile: (args) => {
    process.env.COUNTERSIGN_HOSTILE ??= 'long';
    test(['--testPathPatterns', 'test/hostile', ...args]);
  },
};

const [task = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, task)) {
  process.stderr.write(`usage: node tools/run.mjs ${Object.keys(tasks).join('|')}\n`);
  process.exit(2);
}
bootstrap();
await tasks[task](args);
