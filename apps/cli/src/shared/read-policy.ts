import { libraryOf, loadPolicy, type ActionTypeLibrary, type LoadedPolicy } from '@countersign/policy';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { wrongUse } from './command-error.js';

/** The action types that have their own file in the folder `action_types` beside a policy. */
async function libraryBeside(file: string): Promise<ActionTypeLibrary> {
  const folder = join(dirname(file), 'action_types');
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort() : [];
  const paths = names.map((name) => join(folder, name));
  return libraryOf(await Promise.all(paths.map(async (path) => ({ file: path, text: await readFile(path, 'utf8') }))));
}

/** Loads a policy file with the action types beside it; `content` is what to publish. */
export const readPolicy = async (file: string): Promise<LoadedPolicy> =>
  loadPolicy(await readFile(file, 'utf8'), file, await libraryBeside(file));

/** A policy file, or every YAML file of a folder in the order of their names. */
export async function policyFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => {
    throw wrongUse(`There is no ${path}.`);
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw wrongUse(`There are no YAML files in ${path}.`);
  return names.map((name) => join(path, name));
}
