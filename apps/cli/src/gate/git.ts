import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { wrongUse } from '../shared/command-error.js';

const run = promisify(execFile);
const LONGEST_BYTES = 256 * 1024 * 1024;

/** What `git` prints in this repository. @throws CommandError (exit code 2) with the first line that git complains with */
export async function git(folder: string, ...args: string[]): Promise<Buffer> {
  try {
    const options = { maxBuffer: LONGEST_BYTES, encoding: 'buffer' } as const;
    return (await run('git', ['-C', folder, ...args], options)).stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    const said = stderr?.toString().trim().split('\n')[0] || message;
    throw wrongUse(`git ${args[0] ?? ''} in ${folder}: ${said}`);
  }
}

/** Full id of the commit that a name stands for now. @throws CommandError (exit code 2) when it stands for none */
export async function commitOf(folder: string, name: string): Promise<string> {
  const found = await git(folder, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`).catch(
    () => {
      throw wrongUse(`${name || 'An empty name'} is no commit of ${folder}. A shallow clone may lack it.`);
    },
  );
  return found.toString().trim();
}
