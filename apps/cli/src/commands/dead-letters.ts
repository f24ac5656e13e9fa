import type { JsonObject } from '@countersign/sdk';
import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { signInAdmin } from '../shared/callers.js';
import { readLocalSystem } from '../shared/local-system.js';
import { list, show, table, type Cell } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  reviewer?: string;
  limit?: string;
  key?: string;
  json?: boolean;
}

type Header = Record<'name' | 'value', string>;
type Letter = Record<string, Cell> & { headers?: Header[]; replays?: JsonObject[] };

const PATH = '/v1/dead-letters';
const SHORT = ['dead_letter_id', 'recorded_at', 'source_topic', 'source_partition', 'source_offset', 'step', 'reason'];

async function ask(method: 'GET' | 'POST', path: string, { reviewer, key }: Options): Promise<unknown> {
  const { telemetry } = await signInAdmin(await readLocalSystem(), reviewer);
  const headers = { 'idempotency-key': key ?? randomUUID() };
  const call = method === 'GET' ? { method, path: PATH + path } : { method, path: PATH + path, body: {}, headers };
  return (await telemetry.send(call)).body;
}

const named = (names: readonly string[]): string[] => names.map((name) => name.replaceAll('_', ' '));
const textOf = (base64: Cell): Cell => (base64 ? Buffer.from(String(base64), 'base64').toString('utf8') : null);

/** What a stranger wrote is shown as text, each part on one line; bytes that are no text are visible as such. */
function letterInWords({ headers = [], replays = [], key, value, ...facts }: Letter): string {
  const entries = Object.entries(facts).map(([name, fact]): [string, Cell] => [name.replaceAll('_', ' '), fact]);
  const parts: [string, Cell][] = [
    ['key', textOf(key)],
    ['value', textOf(value)],
  ];
  const rest = headers.map(({ name, value: bytes }): [string, Cell] => ['header', `${name}: ${textOf(bytes) ?? ''}`]);
  const again = replays.map(({ subject, replayed_at }): [string, Cell] => [
    'sent again',
    `${replayed_at} by ${subject}`,
  ]);
  return list([...entries, ...parts, ...rest, ...again]);
}

const inWords = (answer: Record<string, Cell>): string =>
  list(Object.entries(answer).map(([name, fact]): [string, Cell] => [name.replaceAll('_', ' '), fact]));

async function listed(options: Options): Promise<void> {
  const page = (await ask('GET', `?limit=${encodeURIComponent(options.limit ?? '50')}`, options)) as {
    items: Letter[];
  };
  show(options.json, page, ({ items }) =>
    table(
      named(SHORT),
      items.map((letter) => SHORT.map((name) => letter[name] as Cell)),
    ),
  );
}

export function register(program: Command): void {
  const letters = program.command('dead-letters').description('records that could not be processed');
  const command = (name: string, description: string): Command =>
    letters
      .command(name)
      .description(description)
      .option('--reviewer <subject>', 'the admin who asks')
      .option('--json', 'print the answer as it is');
  command('list', 'those of the tenant, newest first')
    .option('--limit <count>', 'at most this many, 1 to 500', '50')
    .action((options: Options) => run(options.json, () => listed(options)));
  command('show', 'one with its bytes, and who sent it again')
    .argument('<id>')
    .action((id: string, options: Options) =>
      run(options.json, async () =>
        show(options.json, (await ask('GET', `/${encodeURIComponent(id)}`, options)) as Letter, letterInWords),
      ),
    );
  command('replay', 'send the record of one again, as it was')
    .argument('<id>')
    .option('--key <key>', 'the Idempotency-Key; the same one again sends nothing')
    .action((id: string, options: Options) =>
      run(options.json, async () => {
        const answer = await ask('POST', `/${encodeURIComponent(id)}/replay`, options);
        show(options.json, answer as Record<string, Cell>, inWords);
      }),
    );
}
