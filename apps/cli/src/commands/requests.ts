import { show as showValue } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import type { Command } from 'commander';
import { signInReader } from '../shared/callers.js';
import { readLocalSystem } from '../shared/local-system.js';
import { printJson, show, table, type Cell } from '../shared/output.js';
import { run } from '../shared/run.js';
import { readBatch, readRequest } from '../shared/vote.js';

interface Options {
  reviewer?: string;
  status: string;
  mine?: boolean;
  kind?: string;
  held?: boolean;
  batches?: boolean;
  actionType?: string;
  limit: string;
  cursor?: string;
  json?: boolean;
}

interface Page {
  items: JsonObject[];
  next_cursor: string | null;
}

function queryOf(options: Options): string {
  const { kind, actionType, limit, cursor } = options;
  // What is held was approved.
  const status = options.held ? 'approved' : options.status;
  const held = options.held ? 'true' : undefined;
  const given = {
    status,
    limit,
    kind,
    held,
    cursor,
    action_type: actionType,
    assigned_to: options.mine ? 'me' : undefined,
  };
  const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(entries).toString();
}

function row(item: JsonObject): Cell[] {
  const approvals = item['approvals'] as { given: number; required: number } | undefined;
  const roles = (item['roles'] as string[] | undefined)?.join(', ');
  const given = approvals && `${approvals.given}/${approvals.required}`;
  const cell = (name: string): Cell => item[name] as Cell;
  const status = item['held'] === true ? `${item['status'] as string}, held` : cell('status');
  return [
    cell('request_id'),
    cell('kind'),
    cell('action_type'),
    showValue(item['run_id']),
    status,
    given,
    roles,
    cell('assignee'),
    cell('respond_by'),
  ];
}

function describe(page: Page): string {
  const listed = table(
    ['request', 'kind', 'type', 'run', 'status', 'votes', 'roles', 'assigned to', 'respond by'],
    page.items.map(row),
  );
  return page.next_cursor === null ? listed : `${listed}\nmore: --cursor ${page.next_cursor}`;
}

function describeBatches(page: { items: JsonObject[] }): string {
  const rows = page.items.map((item): Cell[] => {
    const cell = (name: string): Cell => item[name] as Cell;
    const unlike = (item['outliers'] as JsonObject[]).length;
    return [
      cell('batch'),
      cell('action_type'),
      cell('gate'),
      cell('count'),
      item['sum'] ? showValue(item['sum']) : null,
      unlike,
      cell('respond_by'),
    ];
  });
  return table(['batch', 'type', 'gate', 'alike', 'sum', 'unlike', 'respond by'], rows);
}

async function requests(requestId: string | undefined, options: Options): Promise<void> {
  const local = await readLocalSystem();
  const person = await signInReader(local, options.reviewer);
  if (requestId !== undefined) {
    return printJson(await (options.batches ? readBatch : readRequest)(person, requestId));
  }
  if (options.batches) {
    const { body } = await person.approval.send({ method: 'GET', path: '/v1/requests/batches' });
    return show(options.json, body as unknown as { items: JsonObject[] }, describeBatches);
  }
  const answer = await person.approval.send({ method: 'GET', path: `/v1/requests?${queryOf(options)}` });
  show(options.json, answer.body as unknown as Page, describe);
}

export function register(program: Command): void {
  program
    .command('requests')
    .description('list approval requests, or show one with its packet')
    .argument('[request_id]', 'show this one')
    .option('--reviewer <subject>', 'read as this person')
    .option('--status <status>', 'pending, approved, denied, expired or cancelled', 'pending')
    .option('--mine', 'only those assigned to the reviewer')
    .option('--kind <kind>', 'approval, advisory, audit or decoy')
    .option('--held', 'approved actions that wait for their release')
    .option('--batches', 'requests that may be decided together; with an id, the rows of that batch')
    .option('--action-type <type>', 'only this action type')
    .option('--limit <n>', 'at most this many', '50')
    .option('--cursor <cursor>', 'go on from here')
    .option('--json', 'print the answer as it is')
    .action((id: string | undefined, options: Options) => run(options.json, () => requests(id, options)));
}
