import type { Credentials, KeyOwner } from '@countersign/service';
import type { Command } from 'commander';
import { join } from 'node:path';
import { refused, unreachable, wrongUse } from '../shared/command-error.js';
import { readLocalSystem, rememberKey, rememberProviderKey, secretsFolderOf } from '../shared/local-system.js';
import { list, show } from '../shared/output.js';
import { run } from '../shared/run.js';
import { makeAgent } from './new-agent.js';
import { registerServiceKeys } from './service-keys.js';

interface Options {
  agent?: string;
  executor?: string;
  provider?: string;
  tenant: string;
  /** Of an agent that `add` makes. */
  environments?: string;
  operator?: string[];
  /** Only of `rotate`, e.g. `10m`. */
  overlap?: string;
  json?: boolean;
}

type Change = 'addKey' | 'rotateKey';

/** Loaded when it is needed: the services' bootstrap would more than double the start of every command. */
const service = () => import('@countersign/service');

function checkOne({ agent, executor, provider }: Options): void {
  if ([agent, executor, provider].filter((id) => id !== undefined).length !== 1)
    throw wrongUse('Name one of --agent, --executor and --provider.');
}

function ownerOf(options: Options): KeyOwner {
  const { agent, executor, tenant } = options;
  return agent === undefined
    ? { kind: 'executor', tenant, id: executor as string }
    : { kind: 'agent', tenant, id: agent };
}

/** Services see the file within a second; nothing is restarted. */
async function edit(secretsDir: string, change: (credentials: Credentials) => Credentials): Promise<void> {
  const { readCredentials, writeCredentials } = await service();
  let present: Credentials;
  try {
    present = readCredentials(join(secretsDir, 'credentials.json'));
  } catch {
    throw unreachable(`There are no credentials in ${secretsDir}. Start the system once with: npm start`);
  }
  try {
    writeCredentials(secretsDir, change(present));
  } catch (error) {
    throw refused((error as Error).message);
  }
}

/** Prints a provider's new private key once; the credentials keep the public half. */
async function issueToProvider(id: string, { tenant, overlap, json }: Options, change: Change): Promise<void> {
  const local = await readLocalSystem();
  const { addProviderKey, newProviderKey, rotateProviderKey } = await service();
  const apply = change === 'addKey' ? addProviderKey : rotateProviderKey;
  const { private_jwk, ...key } = newProviderKey(Date.now());
  const owner = { tenant, id };
  const overlapMs = overlapOf(overlap ?? '0s');
  await edit(secretsFolderOf(local), (credentials) => apply(credentials, owner, { ...key, private_jwk }, overlapMs));
  if (change === 'rotateKey') await rememberProviderKey(owner, private_jwk);
  show(json, { kind: 'provider', ...owner, key_id: key.kid, private_jwk }, (made) =>
    list([
      [made.kind, made.id],
      ['key_id', made.key_id],
      ['private_jwk', `${JSON.stringify(made.private_jwk)}  (shown once)`],
    ]),
  );
}

async function issue(options: Options, change: Change): Promise<void> {
  checkOne(options);
  if (options.provider !== undefined) return issueToProvider(options.provider, options, change);
  const local = await readLocalSystem();
  if (change === 'addKey' && options.agent !== undefined && (await makeAgent(options, local, edit))) return;
  const owner = ownerOf(options);
  const { newKey, [change]: apply } = await service();
  const key = newKey(Date.now());
  const overlapMs = overlapOf(options.overlap ?? '0s');
  await edit(secretsFolderOf(local), (credentials) => apply(credentials, owner, key, overlapMs));
  // The key that this clone's own commands use may just have been revoked.
  if (change === 'rotateKey') await rememberKey(owner, key.secret);
  show(options.json, { ...owner, key_id: key.key_id, api_key: key.secret }, (made) =>
    list([
      [made.kind, made.id],
      ['key_id', made.key_id],
      ['api_key', `${made.api_key}  (shown once)`],
    ]),
  );
}

/** Milliseconds. @throws CommandError (exit code 2) */
function overlapOf(text: string): number {
  const [, count, unit] = /^(\d{1,4})(s|m|h|d)$/.exec(text) ?? [];
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? ''];
  if (unitMs === undefined) throw wrongUse(`Cannot read the overlap ${text}. Say it like 30s, 10m, 2h or 1d.`);
  return Number(count) * unitMs;
}

async function rotateSigningSecret(options: Options): Promise<void> {
  const local = await readLocalSystem();
  const owner = ownerOf(options);
  const { newSecret, rotateSecret } = await service();
  const signing_secret = newSecret();
  await edit(secretsFolderOf(local), (credentials) => rotateSecret(credentials, owner, signing_secret));
  show(options.json, { ...owner, signing_secret }, (made) =>
    list([
      [made.kind, made.id],
      ['signing_secret', `${made.signing_secret}  (shown once; the one before it stays valid until the next)`],
    ]),
  );
}

async function revoke(keyId: string, options: { json?: boolean }): Promise<void> {
  const local = await readLocalSystem();
  const revoked_at = new Date().toISOString();
  const { revokeKey } = await service();
  await edit(secretsFolderOf(local), (credentials) => revokeKey(credentials, keyId, revoked_at));
  show(options.json, { key_id: keyId, revoked_at }, (done) => `${done.key_id} is revoked.`);
}

function issuing(keys: Command, name: string, description: string, change: Change): Command {
  return keys
    .command(name)
    .description(description)
    .option('--agent <id>', 'whose key')
    .option('--executor <id>', 'whose key')
    .option('--provider <id>', 'whose key for signing attestations')
    .option('--tenant <tenant>', 'of the agent, executor or provider', 'acme')
    .option('--json', 'print the new key as JSON')
    .action((options: Options) => run(options.json, () => issue(options, change)));
}

interface CallbackOptions extends Options {
  url?: string;
  off?: boolean;
}

async function setAgentCallback(options: CallbackOptions): Promise<void> {
  const { url = null, off = false, json } = options;
  if ((url === null) !== off) throw wrongUse('Name either --url or --off.');
  if (url !== null && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw wrongUse('--url takes an https address.');
  const local = await readLocalSystem();
  const owner = ownerOf(options);
  const { setCallback } = await service();
  await edit(secretsFolderOf(local), (credentials) => setCallback(credentials, owner, url));
  show(json, { ...owner, callback_url: url }, ({ id, callback_url }) =>
    callback_url === null ? `${id} is called back no more.` : `${id} is called back at ${callback_url}.`,
  );
}

export function register(program: Command): void {
  const keys = program
    .command('keys')
    .description('keys and callbacks of agents, keys of executors, providers and services; noticed within a second');
  issuing(keys, 'add', 'add a key beside the present ones; makes an agent that there is not yet', 'addKey')
    .option('--environments <list>', 'of a new agent, by comma', 'staging,canary,production')
    .option('--operator <subject...>', 'who runs a new agent, and so never approves its actions');
  issuing(keys, 'rotate', 'add a key and revoke the others after an overlap', 'rotateKey').option(
    '--overlap <duration>',
    'how long the others stay valid; 0s after a leak',
    '10m',
  );
  keys
    .command('rotate-secret')
    .description('add a signing secret for Kafka and callbacks; the one before it stays valid')
    .requiredOption('--agent <id>', 'whose secret')
    .option('--tenant <tenant>', 'of the agent', 'acme')
    .option('--json', 'print the new secret as JSON')
    .action((options: Options) => run(options.json, () => rotateSigningSecret(options)));
  keys
    .command('callback')
    .description('set where an agent is told of its actions; signed with its signing secrets')
    .requiredOption('--agent <id>', 'who is told')
    .option('--url <url>', 'https address of its receiver')
    .option('--off', 'tell it no more')
    .option('--tenant <tenant>', 'of the agent', 'acme')
    .option('--json', 'print what was set as JSON')
    .action((options: CallbackOptions) => run(options.json, () => setAgentCallback(options)));
  keys
    .command('revoke')
    .description('revoke one key')
    .argument('<key_id>')
    .option('--json', 'print what was revoked as JSON')
    .action((keyId: string, options: { json?: boolean }) => run(options.json, () => revoke(keyId, options)));
  registerServiceKeys(keys);
}
