import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** Parts that specs start are children that run built code, so a clone that was never built is built here. */
export default async function setup() {
  const built = join(root, 'libs/testing/dist/test-host.js');
  if (!existsSync(built))
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'libs/testing'], {
      cwd: root,
      stdio: 'inherit',
    });
  const { TestHost } = await import('../dist/test-host.js');
  globalThis.countersignTestHost = new TestHost();
  process.env.COUNTERSIGN_TEST_HOST = await globalThis.countersignTestHost.listen();
}
