import type { Command } from 'commander';
import type { ServiceName } from '@countersign/events';
import { join } from 'node:path';
import { refused, wrongUse } from '../shared/command-error.js';
import { readLocalSystem, secretsFolderOf } from '../shared/local-system.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  json?: boolean;
  /** Only of `rotate-signing-key`: the former key ends at once. */
  now?: boolean;
}

const SERVICES: readonly ServiceName[] = ['intake', 'policy', 'approval', 'telemetry'];
const isService = (name: string): name is ServiceName => SERVICES.includes(name as ServiceName);

async function rotateTokenKey({ json, now: atOnce = false }: Options): Promise<void> {
  const folder = secretsFolderOf(await readLocalSystem());
  const { KEEP_REPLACED_MS, rotateSigningKeys } = await import('@countersign/token');
  const nowMs = Date.now();
  await rotateSigningKeys(join(folder, 'signing-keys.json'), nowMs, atOnce).catch(refuse);
  const published_until = new Date(nowMs + (atOnce ? 0 : KEEP_REPLACED_MS)).toISOString();
  show(json, { key: 'signing-key', published_until }, () => `A new key signs; the former ${atOnce ? 'has ended' : `verifies until ${published_until}`}.`); // prettier-ignore
}

async function rotateMac(service: string, { json }: Options): Promise<void> {
  if (!isService(service)) throw wrongUse(`Unknown service ${service}. Known: ${SERVICES.join(', ')}`);
  const folder = secretsFolderOf(await readLocalSystem());
  const { rotateMacKey } = await import('@countersign/service');
  await rotateMacKey(folder, service).catch(refuse);
  show(json, { key: 'mac', service }, () => `${service} writes with a new key; records of the former ones are still believed.`); // prettier-ignore
}

async function rotateDraws({ json }: Options): Promise<void> {
  const folder = secretsFolderOf(await readLocalSystem());
  const { rotateDrawKey } = await import('@countersign/service');
  const key_id = await Promise.resolve().then(() => rotateDrawKey(folder, Date.now())).catch(refuse); // prettier-ignore
  show(json, { key: 'draws', key_id }, () => `Shares and audits are drawn with ${key_id} from now on; what former keys drew stands.`); // prettier-ignore
}

function refuse(error: unknown): never {
  throw refused((error as Error).message);
}

/** Keys by which services believe each other and others believe them. */
export function registerServiceKeys(keys: Command): void {
  keys
    .command('rotate-signing-key')
    .description('sign approval tokens with a new key; tokens of the former one live out their time')
    .option('--now', 'end the former key at once: its tokens are refused, and agents read theirs again')
    .option('--json', 'print what was done as JSON')
    .action((options: Options) => run(options.json, () => rotateTokenKey(options)));
  keys
    .command('rotate-draws')
    .description('draw shares of rollouts and audits with a new key; who is in a share is another then')
    .option('--json', 'print the id of the new key as JSON')
    .action((options: Options) => run(options.json, () => rotateDraws(options)));
  keys
    .command('rotate-mac')
    .description('write records with a new key, once every instance knows it')
    .argument('<service>', SERVICES.join(', '))
    .option('--json', 'print what was done as JSON')
    .action((service: string, options: Options) => run(options.json, () => rotateMac(service, options)));
}
