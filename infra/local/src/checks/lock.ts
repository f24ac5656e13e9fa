import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../setup-error.js';

interface Holder {
  readonly pid: number;
  /** Start time of that process as the kernel counts it, where it tells; a reused pid has another. */
  readonly started: string | null;
}

const lockFile = (folder: string): string => join(folder, 'launcher.json');

function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Pid of the launcher that runs with this data folder now, or null. A launcher that was killed holds nothing. */
export async function runningLauncher(folder: string): Promise<number | null> {
  const text = await readFile(lockFile(folder), 'utf8').catch(() => null);
  if (text === null) return null;
  const holder = JSON.parse(text) as Holder;
  return isAlive(holder.pid) && startedAt(holder.pid) === holder.started ? holder.pid : null;
}

/**
 * Takes the data folder for this process.
 * @returns gives it back
 * @throws SetupError when another launcher runs with it
 */
export async function takeFolder(folder: string, portBase: number): Promise<() => Promise<void>> {
  const other = await runningLauncher(folder);
  if (other !== null)
    throw new SetupError(
      `Countersign already runs on port base ${portBase} (pid ${other}): stop it with \`npx countersign down --port-base ${portBase}\`, or choose another --port-base.`,
    );
  const holder: Holder = { pid: process.pid, started: startedAt(process.pid) };
  await writeFile(lockFile(folder), JSON.stringify(holder), { mode: 0o600 });
  return () => rm(lockFile(folder), { force: true });
}
