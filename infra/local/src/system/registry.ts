import { registryFault, hasRegistryMark } from '@countersign/events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../setup-error.js';

/** The embedded broker keeps each partition in a folder of its own: `<topic>-<partition>`. */
const topicOf = (folder: string): string => folder.replace(/-\d+$/, '');

/**
 * Looks at the broker's folder before anything is started with it.
 * @param dataDir data folder of a local system
 * @throws SetupError where its records are written with other schemas
 */
export async function refuseOtherRegistry(dataDir: string): Promise<void> {
  const log = join(dataDir, 'kafka', 'log');
  const folders = await readdir(log).catch(() => []);
  const ours = folders.filter((name) => name.startsWith('countersign.'));
  const topics = ours.map(topicOf);
  const unmarked = !hasRegistryMark(topics) && (await holdRecords(ours.map((name) => join(log, name))));
  const what = registryFault(topics) ?? (unmarked ? 'was made with another schema registry, which left no mark' : null);
  if (what !== null)
    throw new SetupError(
      `The data in ${dataDir} ${what}. Remedy: start the version that made it, delete the folder, or choose another --port-base.`,
    );
}

async function holdRecords(folders: readonly string[]): Promise<boolean> {
  for (const folder of folders)
    for (const name of await readdir(folder))
      if (name.endsWith('.log') && (await stat(join(folder, name))).size > 0) return true;
  return false;
}
