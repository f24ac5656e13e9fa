import { parseJson } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import { Argument, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { signIn } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { readLocalSystem, reviewerOf } from '../shared/local-system.js';
import { list, show, table } from '../shared/output.js';
import { run } from '../shared/run.js';
import { castBatch, castVote, VOTES, type VoteKind } from '../shared/vote.js';

interface Options {
  reviewer: string;
  reason?: string;
  parameters?: string;
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

async function vote(requestId: string, kind: VoteKind, options: Options): Promise<void> {
  const local = await readLocalSystem();
  const parameters = options.parameters === undefined ? undefined : await readParameters(options.parameters);
  const person = await signIn(local, reviewerOf(local, options.reviewer));
  if (options.batch) {
    const ballot = { vote: kind, reason: options.reason };
    return show(options.json, await castBatch(person, requestId, ballot), describeBatch);
  }
  const answer = await castVote(person, requestId, { vote: kind, reason: options.reason, parameters });
  show(options.json, answer, describe);
}

export function register(program: Command): void {
  program
    .command('vote')
    .description('vote on a request as a local reviewer')
    .argument('<request_id>')
    .addArgument(new Argument('<vote>').choices([...VOTES]))
    .requiredOption('--reviewer <subject>', 'who votes')
    .option('--reason <text>', 'why')
    .option('--parameters <file>', 'the whole new parameters, for approve_with_changes')
    .option('--batch', 'the id is of a batch: vote on each of its requests')
    .option('--json', 'print the answer as it is')
    .action((id: string, kind: VoteKind, options: Options) => run(options.json, () => vote(id, kind, options)));
}
