import { JsonError, parseJson, type JsonValue } from '@countersign/canonical';
import {
  propose,
  waitForDecision,
  type ActionDocument,
  type Client,
  type JsonObject,
  type Proposal,
} from '@countersign/sdk';
import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { agentClient, RETRY_FOR_MS } from '../shared/callers.js';
import { refused, wrongUse } from '../shared/command-error.js';
import { agentOf, readLocalSystem } from '../shared/local-system.js';
import { list, show, table } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  agent?: string;
  tenant?: string;
  key?: string;
  wait?: string;
  json?: boolean;
}

interface BatchAnswer {
  items: { index: number; status: number; action?: ActionDocument; problem?: { detail: string } }[];
}

async function readJson(file: string): Promise<JsonValue> {
  const read = file === '-' ? readStream(process.stdin) : readFile(file, 'utf8');
  const text = await read.catch(() => {
    throw wrongUse(`Cannot read ${file}.`);
  });
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw refused(`${file}: ${error.message} (${error.code} at "${error.pointer}")`);
    throw error;
  }
}

function agentIdIn(content: JsonValue): string | undefined {
  const first = (Array.isArray(content) ? content[0] : content) as { agent?: { id?: unknown } } | null | undefined;
  const id = first?.agent?.id;
  return typeof id === 'string' ? id : undefined;
}

function describe(key: string, action: ActionDocument): string {
  const { decision, request, resolution } = action;
  return list([
    ['action', action.action_id],
    ['key', key],
    ['status', action.status],
    ['digest', action.digest],
    ['decision', decision && `${decision.policy_decision} (${decision.policy.name}@${decision.policy.version})`],
    ['rule', decision?.rule],
    ['gate', decision?.gate],
    ['request', request?.request_id],
    ['approvals', request && `${request.approvals.given} of ${request.approvals.required}`],
    ['message', resolution?.message],
  ]);
}

function describeBatch(answer: BatchAnswer): string {
  const rows = answer.items.map(({ index, status, action, problem }) => [
    index,
    status,
    action?.action_id,
    action?.status ?? problem?.detail,
  ]);
  return table(['#', 'http', 'action', 'status'], rows);
}

async function submitOne(client: Client, proposal: Proposal, options: Options): Promise<void> {
  const key = options.key ?? randomUUID();
  const proposed = await propose(client, proposal, key);
  const timeoutMs = Number(options.wait ?? 0) * 1000;
  const id = proposed.action.action_id;
  const action = timeoutMs > 0 ? await waitForDecision(client, id, { timeoutMs }) : proposed.action;
  show(options.json, action, (document) => describe(key, document));
  if (action.status === 'denied') throw refused('The action was denied.');
}

async function submitBatch(client: Client, body: JsonValue[], options: Options): Promise<void> {
  const answer = await client.intake.send({ method: 'POST', path: '/v1/actions', body });
  const batch = answer.body as unknown as BatchAnswer;
  show(options.json, batch, describeBatch);
  const failed = batch.items.filter((item) => item.problem !== undefined).length;
  if (failed > 0) throw refused(`${failed} of ${batch.items.length} were refused.`);
}

async function submit(file: string, options: Options): Promise<void> {
  const content = await readJson(file);
  const agentId = options.agent ?? agentIdIn(content);
  if (agentId === undefined) throw wrongUse('Name the agent: in the file as agent.id, or by --agent.');
  if (options.wait !== undefined && !(Number(options.wait) >= 0)) throw wrongUse('--wait takes seconds, 0 or more.');
  const local = await readLocalSystem();
  const client = agentClient(local, agentOf(local, agentId, options.tenant), RETRY_FOR_MS);
  if (Array.isArray(content)) return submitBatch(client, content, options);
  return submitOne(client, content as JsonObject as unknown as Proposal, options);
}

export function register(program: Command): void {
  program
    .command('submit')
    .description('propose the action in FILE (or a batch: a JSON array whose items carry idempotency_key)')
    .argument('<file>', 'JSON file, or - for standard input')
    .option('--agent <id>', "agent whose key is used (default: the file's agent.id)")
    .option('--tenant <tenant>', 'tenant, when several have an agent of that id')
    .option('--key <key>', 'idempotency key (default: a new one)')
    .option('--wait <seconds>', 'wait for the end of the approval')
    .option('--json', 'print the action document')
    .action((file: string, options: Options) => run(options.json, () => submit(file, options)));
}
