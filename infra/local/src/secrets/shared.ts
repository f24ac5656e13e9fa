import { SERVICES, writersOf } from '@countersign/events';
import type { ServiceName } from '@countersign/events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repoRoot } from '../paths.js';
import { readIfThere, secretFolder, writeSecret } from './files.js';

/** What each service reads of the secrets folder beside its MAC keys. Approval makes its signing keys in its own folder. */
const FILES: Readonly<Record<ServiceName, readonly string[]>> = {
  intake: ['internal.token', 'credentials.json', 'redaction.json'],
  policy: ['internal.token', 'draws.json', 'policy-executor.json'],
  approval: ['internal.token', 'credentials.json', 'redaction.json', 'notifications.json'],
  telemetry: ['internal.token'],
};

/** A service needs the MAC keys of itself and of those whose records it reads. */
async function writersReadBy(service: ServiceName): Promise<readonly ServiceName[]> {
  const acls = JSON.parse(await readFile(join(repoRoot, 'infra/kafka/acls.json'), 'utf8')) as Record<
    ServiceName,
    { readonly read: readonly string[] }
  >;
  const read = acls[service].read.flatMap(writersOf);
  return SERVICES.filter((name) => name === service || read.includes(name));
}

/**
 * Gives a service a folder of its own (0700) with what it needs of all secrets; services that run see a change at once.
 * @param from folder with everything
 * @throws Error naming a file that is not there
 */
export async function shareSecrets(from: string, service: ServiceName, to: string): Promise<void> {
  await secretFolder(to);
  for (const name of FILES[service]) await writeSecret(join(to, name), await readFile(join(from, name), 'utf8'));
  const keys = JSON.parse(await readFile(join(from, 'mac.json'), 'utf8')) as Record<string, unknown>;
  const shared = Object.fromEntries((await writersReadBy(service)).map((name) => [name, keys[name]]));
  const text = `${JSON.stringify(shared, null, 2)}\n`;
  if ((await readIfThere(join(to, 'mac.json'))) !== text) await writeSecret(join(to, 'mac.json'), text);
}
