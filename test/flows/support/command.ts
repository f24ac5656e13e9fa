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

const TERMINAL = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';

/** The same on a terminal of its own, where somebody types `answer` and hits enter; what both print is in `stdout`. */
export async function commandOnTerminal(localFile: string, answer: string, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, COUNTERSIGN_LOCAL_FILE: localFile };
  const child = spawn('python3', ['-c', TERMINAL, process.execPath, ...program, ...args], { env });
  const code = new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  child.stdin.write(`${answer}\n`);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  child.stdin.end();
  return { code: await code, stdout, stderr };
}

/** The command against the system of a local.json. */
export const commandAt = (localFile: string, ...args: string[]): Promise<Ended> =>
  command({ ...process.env, COUNTERSIGN_LOCAL_FILE: localFile }, ...args);
