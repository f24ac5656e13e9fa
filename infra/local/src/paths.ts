import { join, resolve } from 'node:path';

/** The clone that this code runs from: `src` and `dist` lie at the same depth. */
export const repoRoot = resolve(import.meta.dirname, '../../..');

/** Built code of this package, also when this file is read as a source (children always run built code). */
export const localDist = join(repoRoot, 'infra/local/dist');

/** Everything that the local systems of this clone keep on disk. */
export const stateRoot = join(repoRoot, '.countersign');

/** Contract file of API.md, "Local system": the system started last. */
export const localFilePath = join(stateRoot, 'local.json');

/** Data folder of the system with this port base. */
export const dataFolder = (portBase: number): string => join(stateRoot, String(portBase));
