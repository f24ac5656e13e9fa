import { show as showValue } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { signIn, signInReader } from '../shared/callers.js';
import { readLocalSystem, reviewerOf } from '../shared/local-system.js';
import { list, show, table, type Cell } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  reviewer: string;
  to?: string;
  reason?: string;
  text?: string;
  json?: boolean;
}

const pathOf = (requestId: string, verb: string): string => `/v1/requests/${encodeURIComponent(requestId)}/${verb}`;

/** What the route takes, from what was typed. */
function bodyOf({ to, reason, text }: Options): JsonObject {
  return {
    ...(to !== undefined && { to_subject: to }),
    ...(reason !== undefined && { reason }),
    ...(text !== undefined && { text }),
  };
}

function describe(answer: JsonObject): string {
  const { request_id, status, assignee, claimed_by, claim_until } = answer['request'] as Record<string, string | null>;
  return list([
    ['request', request_id],
    ['status', status],
    ['assigned to', assignee],
    ['in work by', claimed_by],
    ['until', claim_until],
  ]);
}

async function move(requestId: string, verb: string, options: Options): Promise<void> {
  const local = await readLocalSystem();
  const person = await signIn(local, reviewerOf(local, options.reviewer));
  const headers = { 'idempotency-key': randomUUID() };
  const call = { method: 'POST', path: pathOf(requestId, verb), headers, body: bodyOf(options) } as const;
  show(options.json, (await person.approval.send(call)).body as JsonObject, describe);
}

const said = (text: string | null | undefined): Cell => (text ? showValue(text) : null);

interface Fact {
  at: string;
  what: string;
  by: { subject: string } | null;
  reason?: string | null;
  text?: string;
  to_subject?: string;
}

function describeChain(chain: JsonObject): string {
  const facts = chain['facts'] as unknown as Fact[];
  const rows = facts.map(({ at, what, by, to_subject, reason, text }) => [
    ...[at, what, by?.subject, to_subject, said(reason ?? text)],
  ]);
  return table(['at', 'what', 'by', 'to', 'why'], rows);
}

async function chainOf(requestId: string, options: Partial<Options>): Promise<void> {
  const person = await signInReader(await readLocalSystem(), options.reviewer);
  const answer = await person.approval.send({ method: 'GET', path: pathOf(requestId, 'custody') });
  show(options.json, answer.body as JsonObject, describeChain);
}

export function register(program: Command): void {
  const command = (name: string, verb: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .argument('<request_id>')
      .requiredOption('--reviewer <subject>', 'who does it')
      .option('--json', 'print the answer as it is')
      .action((id: string, options: Options) => run(options.json, () => move(id, verb, options)));
  const why = ['--reason <text>', 'why'] as const;
  command('claim', 'claim', 'say that you look at a request; others can still vote');
  command('unclaim', 'release-claim', 'give a claim back');
  command('recuse', 'recuse', 'step aside from a request').requiredOption(...why);
  command('escalate', 'escalate', 'let the roles of escalation vote too').requiredOption(...why);
  command('reassign', 'reassign', 'hand a request to another person')
    .requiredOption('--to <subject>', 'who gets it')
    .requiredOption(...why);
  command('comment', 'comments', 'say something about a request').requiredOption('--text <text>', 'what to say');
  program
    .command('custody')
    .description('everything that happened to a request, with who and why')
    .argument('<request_id>')
    .option('--reviewer <subject>', 'read as this person')
    .option('--json', 'print the answer as it is')
    .action((id: string, options: Partial<Options>) => run(options.json, () => chainOf(id, options)));
}
