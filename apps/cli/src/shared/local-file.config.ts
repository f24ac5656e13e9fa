import { localFilePath } from '@countersign/local';

/**
 * The file that names the system to speak to.
 * `COUNTERSIGN_LOCAL_FILE` chooses another system than the one started last, e.g. `.countersign/7500/local.json`.
 */
export function loadLocalFilePath(env: NodeJS.ProcessEnv): string {
  return env['COUNTERSIGN_LOCAL_FILE'] ?? localFilePath;
}
