import { SERVICES } from '@countersign/events';
import { join } from 'node:path';
import { tenantsOf } from '../roster.js';
import type { Roster } from '../roster.js';
import { randomHex, secretFolder, secretText } from './files.js';

/** The first key for draws holds from the first action on. */
const BEGINNING = new Date(0).toISOString();

export interface EnginePasswords {
  readonly service: string;
  readonly analyst: string;
}

/** Makes the folder (0700) and the files (0600) that services read; what is there is kept. Signing keys are approval's own. */
export async function ensureSecrets(folder: string, roster: Roster): Promise<EnginePasswords> {
  await secretFolder(folder);
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const each = <T>(names: readonly string[], value: () => T) =>
    Object.fromEntries(names.map((name) => [name, value()]));
  await secretText(join(folder, 'mac.json'), () => json(each(SERVICES, randomHex)));
  await secretText(join(folder, 'internal.token'), randomHex);
  const redactionKey = () => ({ key_id: `rk_${randomHex().slice(0, 16)}`, key: randomHex() });
  await secretText(join(folder, 'redaction.json'), () => json(each(tenantsOf(roster), redactionKey)));
  const newDrawKey = () => ({ key_id: `dk_${randomHex().slice(0, 16)}`, key: randomHex(), since: BEGINNING });
  await secretText(join(folder, 'draws.json'), () => json({ keys: [newDrawKey()] }));
  await secretText(join(folder, 'notifications.json'), () => json({ endpoints: [] }));
  const passwords = await secretText(join(folder, 'clickhouse.json'), () =>
    json({ service: randomHex(), analyst: randomHex() }),
  );
  return JSON.parse(passwords) as EnginePasswords;
}
