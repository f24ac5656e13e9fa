import type { JsonObject } from '@countersign/sdk';
import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { signIn, type Person } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { readLocalSystem, reviewerOf } from '../shared/local-system.js';
import { list, show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  reviewer: string;
  kind: string;
  name?: string;
  json?: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.json': 'application/json',
};

/** @throws CommandError (exit code 2) for a file that cannot be evidence by its name */
function typeOf(file: string): string {
  const type = TYPES[extname(file).toLowerCase()];
  if (type !== undefined) return type;
  throw wrongUse(`${basename(file)} cannot be attached. Its name has to end with ${Object.keys(TYPES).join(', ')}.`);
}

/** The request of an action that waits for people. */
async function requestOf(person: Person, id: string): Promise<string> {
  if (!id.startsWith('act_')) return id;
  const path = `/v1/actions/${encodeURIComponent(id)}`;
  const { request } = (await person.intake.send({ method: 'GET', path })).body as { request: JsonObject | null };
  if (request === null) throw wrongUse('Nobody is asked about this action, so it takes no evidence.');
  return request['request_id'] as string;
}

function describe({ attachment, request }: JsonObject): string {
  const { attachment_id, kind, name, size_bytes, sha256 } = attachment as Record<string, string | number>;
  const { evidence } = request as { evidence?: { missing: string[] } };
  return list([
    ['attachment', String(attachment_id)],
    ['kind', String(kind)],
    ['name', String(name)],
    ['bytes', String(size_bytes)],
    ['hash', String(sha256)],
    ['still missing', evidence?.missing.join(', ')],
  ]);
}

async function attach(id: string, file: string, { reviewer, kind, name, json }: Options): Promise<void> {
  const type = typeOf(file);
  const content = await readFile(file);
  const local = await readLocalSystem();
  const person = await signIn(local, reviewerOf(local, reviewer));
  const query = new URLSearchParams({ kind, name: name ?? basename(file) }).toString();
  const path = `/v1/requests/${encodeURIComponent(await requestOf(person, id))}/attachments?${query}`;
  const headers = { 'idempotency-key': randomUUID() };
  const answer = await person.approval.send({ method: 'POST', path, headers, raw: { type, content } });
  show(json, answer.body as JsonObject, describe);
}

export function register(program: Command): void {
  program
    .command('attach')
    .description('attach evidence to a request, for example the invoice that its gate demands')
    .argument('<id>', 'of the request, or of its action')
    .argument('<file>')
    .requiredOption('--reviewer <subject>', 'who does it')
    .requiredOption('--kind <kind>', 'what it is, as gates name it')
    .option('--name <name>', 'file name that people see')
    .option('--json', 'print the answer as it is')
    .action((id: string, file: string, options: Options) => run(options.json, () => attach(id, file, options)));
}
