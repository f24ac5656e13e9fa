import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const main = join(import.meta.dirname, '../../../apps/cli/dist/main.js');
/** As `bin/countersign.mjs` does once the clone is built, which a test run has seen to. */
const program = ['--input-type=module', '-e', `await (await import('${main}')).main(process.argv)`, 'countersign'];

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The command as a person types it, with nothing but this environment. */
export async function command(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [...program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** The command against the system of a local.json. */
export const commandAt = (localFile: string, ...args: string[]): Promise<Ended> =>
  command({ ...process.env, COUNTERSIGN_LOCAL_FILE: localFile }, ...args);
