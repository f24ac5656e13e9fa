import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Text of a file in the secrets folder. @throws Error naming the file */
export function readSecret(secretsDir: string, name: string): string {
  const path = join(secretsDir, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read ${path}: run \`countersign up\` once, or create it as docs/operations.md says`, {
      cause,
    });
  }
}

/** Replaces a file of the secrets folder in one step, so that no reader sees half of it, with mode 0600. */
export function writeSecret(secretsDir: string, name: string, content: object): void {
  const path = join(secretsDir, name);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600); // a draft that a crash left behind would keep its old mode
  renameSync(draft, path);
}

/** Another text when the file was replaced or edited. @throws when there is none */
export function stampOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path);
  return `${mtimeMs}/${size}/${ino}`;
}
