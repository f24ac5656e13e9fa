import type { JsonObject } from '@countersign/sdk';
import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { signInAdmin, type Person } from '../shared/callers.js';
import { readLocalSystem } from '../shared/local-system.js';
import { list, show, table, type Cell } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  reviewer?: string;
  status?: string;
  endpoint?: string;
  json?: boolean;
}

interface Page {
  items: JsonObject[];
}

const PATH = '/v1/notifications';

const admin = async ({ reviewer }: Options): Promise<Person> => signInAdmin(await readLocalSystem(), reviewer);

async function read(path: string, options: Options): Promise<Page> {
  const { approval } = await admin(options);
  return (await approval.send({ method: 'GET', path: PATH + path })).body as unknown as Page;
}

async function tell(path: string, options: Options): Promise<void> {
  const { approval } = await admin(options);
  const headers = { 'idempotency-key': randomUUID() };
  const { body } = await approval.send({ method: 'POST', path: PATH + path, body: {}, headers });
  show(options.json, body as JsonObject, (answer) =>
    list(
      Object.entries(answer)
        .filter(([, value]) => typeof value !== 'object')
        .map(([name, value]): [string, Cell] => [name.replaceAll('_', ' '), value as Cell]),
    ),
  );
}

const rows = (page: Page, names: readonly string[]): string =>
  table(
    names.map((name) => name.replaceAll('_', ' ')),
    page.items.map((item) => names.map((name) => item[name] as Cell)),
  );

const ENDPOINT = ['endpoint_id', 'kind', 'to', 'status', 'off_reason', 'pending', 'last_delivered_at'];
const DELIVERY = [
  ...['delivery_id', 'endpoint_id', 'message_type', 'request_id', 'status', 'attempts', 'last_status', 'last_error'],
  'next_attempt_at',
];

async function deliveries(options: Options): Promise<void> {
  const { status, endpoint: endpoint_id } = options;
  const given = Object.entries({ status, endpoint_id }).filter((entry): entry is [string, string] => !!entry[1]);
  const page = await read(`/deliveries?${new URLSearchParams(given).toString()}`, options);
  show(options.json, page, (found) => rows(found, DELIVERY));
}

export function register(program: Command): void {
  const notifications = program.command('notifications').description('where messages go and what became of them');
  const command = (name: string, description: string): Command =>
    notifications
      .command(name)
      .description(description)
      .option('--reviewer <subject>', 'the admin who asks')
      .option('--json', 'print the answer as it is');
  command('list', 'the endpoints of notifications.json, without their secrets').action((options: Options) =>
    run(options.json, async () =>
      show(options.json, await read('/endpoints', options), (page) => rows(page, ENDPOINT)),
    ),
  );
  command('deliveries', 'messages and their attempts, newest first')
    .option('--status <status>', 'pending, delivered or failed')
    .option('--endpoint <id>', 'only this endpoint')
    .action((options: Options) => run(options.json, () => deliveries(options)));
  const on = (name: string, description: string, path: (id: string) => string): void =>
    void command(name, description)
      .argument('<id>')
      .action((id: string, options: Options) => run(options.json, () => tell(path(encodeURIComponent(id)), options)));
  on('replay', 'send the message of a delivery again', (id) => `/deliveries/${id}/replay`);
  on('test', 'send a message that says nothing to an endpoint', (id) => `/endpoints/${id}/test`);
  on('enable', 'switch an endpoint on', (id) => `/endpoints/${id}/enable`);
  on('disable', 'switch an endpoint off; what is due waits', (id) => `/endpoints/${id}/disable`);
}
