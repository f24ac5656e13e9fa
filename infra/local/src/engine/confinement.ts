import { lchown, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../process/run.js';

/**
 * What keeps the engine's process from files that are not its own. `account`: its data folder is its root, and it runs as
 * an account that owns nothing else (we are root). `namespace`: the same root, in a user namespace of ours (we are not
 * root). `none`: the system gives neither, so nobody but the service may ask the engine.
 */
export type Confinement = 'account' | 'namespace' | 'none';

/** Number of the engine's user and group: in no range from which systems hand accounts out. */
export const ENGINE_ACCOUNT = 60_423;

const inNamespace = ['unshare', '--user', '--map-root-user', '--'];

const isAllowed = async ([file = '', ...args]: readonly string[]): Promise<boolean> => (await run(file, args)) === null;

/** What this system gives us, tried rather than guessed. */
export async function confinementHere(): Promise<Confinement> {
  const account = `--userspec=${ENGINE_ACCOUNT}:${ENGINE_ACCOUNT}`;
  if (process.getuid?.() === 0 && (await isAllowed(['chroot', account, '/', 'true']))) return 'account';
  if (await isAllowed([...inNamespace, 'chroot', '/', 'true'])) return 'namespace';
  return 'none';
}

/** The command that runs a program so. */
export const confined = (how: Confinement, command: readonly string[]): readonly string[] =>
  how === 'namespace' ? [...inNamespace, ...command] : command;

/** What the folder must hold before it can be a root. */
export async function prepareRoot(dataDir: string): Promise<void> {
  await mkdir(join(dataDir, 'proc/self'), { recursive: true });
  await writeFile(join(dataDir, 'proc/self/statm'), '');
}

/** Gives everything in a folder to the engine's account; what it owns already costs a look. */
export async function giveToEngine(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory()) for (const name of await readdir(path)) await giveToEngine(join(path, name));
  if (found.uid !== ENGINE_ACCOUNT) await lchown(path, ENGINE_ACCOUNT, ENGINE_ACCOUNT);
}
