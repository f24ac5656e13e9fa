import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface RunFailure {
  readonly missing: boolean;
  readonly output: string;
}

/** Runs a program to its end. Returns null when it went well, else whether it was missing and what it said. */
export async function run(file: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<RunFailure | null> {
  try {
    await execute(file, [...args], { env, maxBuffer: 16 * 1024 * 1024 });
    return null;
  } catch (error) {
    const fault = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string };
    return { missing: fault.code === 'ENOENT', output: `${fault.stdout ?? ''}${fault.stderr ?? ''}`.trim() };
  }
}
