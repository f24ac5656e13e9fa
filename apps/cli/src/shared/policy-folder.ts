import type { CaseTable, CompiledPolicy, PolicyProblem } from '@countersign/policy';
import { readCases } from '@countersign/policy';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { wrongUse } from './command-error.js';
import { readPolicy } from './read-policy.js';

/** The folder beside the policies of a folder that holds their cases. */
const CASES = 'cases';

/** Policies that decide beside each other, and the cases to run. */
export interface PolicyFolder {
  readonly policies: readonly CompiledPolicy[];
  readonly tables: readonly CaseTable[];
  /** What is wrong with files that could not be read. */
  readonly problems: readonly PolicyProblem[];
}

async function yamlFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => {
    throw wrongUse(`There is no ${path}.`);
  });
  return found.isDirectory();
}

/** The folder of the policies, and the file that narrows the cases, if any. */
async function placeOf(path: string): Promise<{ folder: string; only: string | null }> {
  if (await isFolder(path)) return { folder: path, only: null };
  const parent = dirname(path);
  return { folder: basename(parent) === CASES ? dirname(parent) : parent, only: path };
}

const readTable = async (file: string): Promise<ReturnType<typeof readCases>> =>
  readCases(await readFile(file, 'utf8'), file);

/**
 * Reads the policies and the cases of a folder. A policy's file leaves its own cases only, a file of cases itself only;
 * the other policies of the folder decide beside it all the same.
 * @throws CommandError when there is no such path, or nothing to run
 */
export async function readPolicyFolder(path: string): Promise<PolicyFolder> {
  const { folder, only } = await placeOf(path);
  const files = await yamlFiles(folder);
  const loaded = await Promise.all(files.map(readPolicy));
  const read = await Promise.all((await yamlFiles(join(folder, CASES))).map(readTable));
  const named = only === null ? undefined : loaded[files.indexOf(only)]?.policy?.name;
  const isMeant = ({ file, policy }: CaseTable): boolean => only === null || file === only || policy === named;
  const tables = read.flatMap(({ table }) => (table !== null && isMeant(table) ? [table] : []));
  const problems = [...loaded, ...read].flatMap((one) => one.problems);
  if (tables.length === 0 && problems.length === 0)
    throw wrongUse(`There are no cases for ${path}: expected files in ${join(folder, CASES)}.`);
  return { policies: loaded.flatMap(({ policy }) => policy ?? []), tables, problems };
}
