import { DataType, load, open } from 'ffi-rs';
import { openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINE_ACCOUNT } from './confinement.js';
import type { Confinement } from './confinement.js';

const STATM_BYTES = 128;
const STATM_EVERY_MS = 1_000;

function changeRoot(folder: string): void {
  open({ library: 'libc', path: 'libc.so.6' });
  const answer = load({
    library: 'libc',
    funcName: 'chroot',
    retType: DataType.I32,
    paramsType: [DataType.String],
    paramsValue: [folder],
  });
  if (answer !== 0) throw new Error('the engine may not change its root folder: it is not started with open files');
  process.chdir('/');
}

/** The engine reads how large it is from this file; there is no /proc where it lives, so it gets a copy each second. */
function copyMemoryUse(dataDir: string): void {
  const [from, to] = [openSync('/proc/self/statm', 'r'), openSync(join(dataDir, 'proc/self/statm'), 'w', 0o644)];
  const copy = (): void => {
    const text = Buffer.alloc(STATM_BYTES, ' ');
    readSync(from, text, 0, STATM_BYTES, 0);
    writeSync(to, text, 0, STATM_BYTES, 0);
  };
  copy();
  setInterval(copy, STATM_EVERY_MS).unref();
}

/**
 * Leaves this process nothing of the host but the engine's own data folder: that is its root from now on, and where we may
 * change it the account is one that owns nothing else. Everything else that the process needs must be loaded before.
 * @returns where the data folder is seen from now on
 * @throws Error when the system refuses; the engine must not start then
 */
export function confine(dataDir: string, how: Confinement): string {
  if (how === 'none') return dataDir;
  copyMemoryUse(dataDir);
  changeRoot(dataDir);
  if (how === 'account') {
    process.setgroups?.([]);
    process.setgid?.(ENGINE_ACCOUNT);
    process.setuid?.(ENGINE_ACCOUNT);
  }
  return '/';
}
