import { inLines, parseJson, show as showValue } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import { Argument, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { signIn, type Person } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { readLocalSystem, reviewerOf } from '../shared/local-system.js';
import { list, show, table } from '../shared/output.js';
import { run } from '../shared/run.js';
import { mustConfirm, packetFor, refuseUnseen } from '../shared/shown-packet.js';
import { readBatch, sendBatch, sendVote, VOTES, type BatchView, type VoteKind } from '../shared/vote.js';

interface Options {
  reviewer: string;
  reason?: string;
  parameters?: string;
  packetDigest?: string;
  batch?: boolean;
  json?: boolean;
}

async function readParameters(file: string): Promise<JsonObject> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw wrongUse(`Cannot read ${file}.`);
  });
  return parseJson(text) as JsonObject;
}

function describe(answer: JsonObject): string {
  const request = answer['request'] as {
    request_id: string;
    status: string;
    approvals?: { required: number; given: number };
  };
  const { approvals } = request;
  return list([
    ['vote', answer['vote_id'] as string],
    ['request', request.request_id],
    ['status', request.status],
    ['approvals', approvals && `${approvals.given} of ${approvals.required}`],
  ]);
}

interface BatchItem {
  request_id: string;
  request?: { status: string };
  problem?: { type: string; detail: string };
}

function describeBatch(answer: JsonObject): string {
  const rows = (answer['items'] as unknown as BatchItem[]).map(({ request_id, request, problem }) => [
    request_id,
    request?.status ?? problem?.type.replace('urn:countersign:problem:', ''),
    problem?.detail,
  ]);
  return `${answer['aggregate'] as string}\n${table(['request', 'answer', 'why'], rows)}`;
}

/** The rows of a batch that this person decides on: those that they name by their packets, or all that they are shown. */
async function rowsFor(person: Person, batch: string, kind: VoteKind, options: Options): Promise<BatchView> {
  const shown = await readBatch(person, batch);
  if (options.packetDigest !== undefined) {
    const named = options.packetDigest.split(',');
    return { ...shown, items: shown.items.filter(({ packet_digest }) => named.includes(packet_digest)) };
  }
  const { items, common, ...head } = shown;
  const words = [head, { 'what all share': common }, ...items].flatMap((one) => inLines(showValue(one as JsonValue)));
  await mustConfirm(words.join('\n'), `Your vote on each of ${items.length}: ${kind}.`);
  return shown;
}

async function vote(requestId: string, kind: VoteKind, options: Options): Promise<void> {
  refuseUnseen(options);
  const local = await readLocalSystem();
  const parameters = options.parameters === undefined ? undefined : await readParameters(options.parameters);
  const person = await signIn(local, reviewerOf(local, options.reviewer));
  if (options.batch) {
    const rows = await rowsFor(person, requestId, kind, options);
    return show(options.json, await sendBatch(person, rows, { vote: kind, reason: options.reason }), describeBatch);
  }
  const packet_digest = await packetFor(person, requestId, `Your vote on ${requestId}: ${kind}.`, options);
  const answer = await sendVote(person, requestId, { vote: kind, reason: options.reason, parameters, packet_digest });
  show(options.json, answer, describe);
}

export function register(program: Command): void {
  program
    .command('vote')
    .description('vote on a request as a local reviewer, on a packet that you are shown or name')
    .argument('<request_id>')
    .addArgument(new Argument('<vote>').choices([...VOTES]))
    .requiredOption('--reviewer <subject>', 'who votes')
    .option('--reason <text>', 'why')
    .option('--parameters <file>', 'the whole new parameters, for approve_with_changes')
    .option(
      '--packet-digest <digest>',
      'the packet that you have read, from `requests ID`; with --batch those of its rows, with commas between',
    )
    .option('--batch', 'the id is of a batch: vote on each of its requests')
    .option('--json', 'print the answer as it is')
    .action((id: string, kind: VoteKind, options: Options) => run(options.json, () => vote(id, kind, options)));
}
