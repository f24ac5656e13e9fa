import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../setup-error.js';

const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** What `sha256sum *.jar` wrote: name to hash, hexadecimal. */
const namesIn = (list: string): Map<string, string> =>
  new Map(
    list
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/) as [string, string])
      .map(([hash, name]) => [name, hash]),
  );

/**
 * Compares the jars of a folder with the list that is committed: a repository, mirror or cache that gives others must not
 * get to run them.
 * @param list path of the list, as `sha256sum` writes it
 * @throws SetupError naming the first jar that is missing, in no list, or another one
 */
export async function checkJars(folder: string, list: string): Promise<void> {
  const expected = namesIn(await readFile(list, 'utf8'));
  const found = (await readdir(folder)).filter((name) => name.endsWith('.jar'));
  const remedy = `delete ${folder} to fetch it again; where infra/kafka/pom.xml was changed, make the list anew: ${HOW}`;
  const refuse = (what: string): never => {
    throw new SetupError(`The Kafka broker is not the one of ${list}: ${what}. Remedy: ${remedy}.`);
  };
  const missing = [...expected.keys()].find((name) => !found.includes(name));
  if (missing !== undefined) refuse(`${missing} is missing`);
  for (const name of found.sort()) {
    if (!expected.has(name)) refuse(`${name} is not in the list`);
    const hash = await hashOf(join(folder, name));
    if (hash !== expected.get(name)) refuse(`${name} has the SHA-256 ${hash}, expected ${expected.get(name)}`);
  }
}

const HOW = '(cd infra/kafka/target/jars-* && LC_ALL=C sha256sum *.jar) > infra/kafka/jars.sha256';
