import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { call } from './clients.mjs';

const thisBuild = join(import.meta.dirname, '../..');

/** Brings up a local system of its own, of the build in folder `root`, and answers its addresses, keys and pids. `stop` ends it. */
export async function startSystem(portBase, options = [], root = thisBuild) {
  const args = ['apps/cli/bin/countersign.mjs', 'up', '--no-demo', '--port-base', String(portBase), ...options];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  await new Promise((resolve, reject) => {
    lines.on('line', (line) => line.startsWith('Countersign is ready') && resolve());
    child.once('exit', (code) => reject(new Error(`the system ended with ${code}`)));
  });
  const local = () => JSON.parse(readFileSync(join(root, '.countersign/local.json'), 'utf8'));
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
  return { local, stop };
}

/** A token of a person who may decide what the bench proposes. */
export async function reviewer(local) {
  const { subject, tenant } = local.reviewers.find(({ tenant: t, roles }) => t === 'acme' && roles.includes('finance'));
  return (await call('POST', `${local.issuer_url}/dev/token`, { body: { subject, tenant } })).access_token;
}
