import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const run = (args: readonly string[], input = ''): { status: number | null; stdout: string } =>
  spawnSync(process.execPath, args, {
    cwd: root,
    input,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, NX_DAEMON: 'false', NODE_OPTIONS: '' },
  });

/** Lints a text as if it stood in a file of the repository, by the repository's own rules. */
const lint = (file: string, text: string): string =>
  run(['node_modules/eslint/bin/eslint.js', '--stdin', '--stdin-filename', file, '--format', 'json'], text).stdout;

describe('import directions', () => {
  beforeAll(() => {
    // The rule reads nx's cached project graph and is silent without one.
    expect(run(['node_modules/nx/dist/bin/nx.js', 'show', 'projects']).status).toBe(0);
  }, 90_000);

  it.each([
    [
      'a domain library that imports an adapter',
      'libs/policy/src/index.ts',
      `import { x } from '@countersign/kafka';\nexport const y = x;\n`,
    ],
    [
      'a contract library that imports a domain library',
      'libs/events/src/index.ts',
      `import { x } from '@countersign/policy';\nexport const y = x;\n`,
    ],
    [
      'an adapter that imports a domain library',
      'libs/kafka/src/index.ts',
      `import { x } from '@countersign/approval';\nexport const y = x;\n`,
    ],
  ])('refuse %s', (_, file, text) => expect(lint(file, text)).toContain('@nx/enforce-module-boundaries'), 60_000);

  it('refuse Node in the domain', () => {
    expect(
      lint('libs/policy/src/index.ts', `import { readFileSync } from 'node:fs';\nexport const y = readFileSync;\n`),
    ).toContain('The domain is pure');
  }, 60_000);

  it('allow a domain library that imports the contract', () => {
    expect(
      lint('libs/policy/src/index.ts', `import { sha256 } from '@countersign/canonical';\nexport const y = sha256;\n`),
    ).not.toContain('"severity":2');
  }, 60_000);
});
