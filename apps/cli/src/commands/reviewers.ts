import { parseTime } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import type { Command } from 'commander';
import { signIn, signInReader, type Person } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { readLocalSystem, type LocalSystem } from '../shared/local-system.js';
import { list, show, table, type Cell } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  reviewer?: string;
  tenant: string;
  name?: string;
  role?: string[];
  team?: string[];
  operates?: string[];
  alternate?: string[];
  limit?: string;
  from?: string;
  until?: string;
  reason?: string;
  json?: boolean;
}

type Unreachable = { policy: string; gate: string | null; message: string };

type Changed = { subject: string; removed?: boolean; roles?: string[] | null; unreachable: Unreachable[] };

const names = (value: unknown): string => (value as string[] | null)?.join(', ') ?? 'by the token';

function row(person: JsonObject): Cell[] {
  const cell = (name: string): Cell => person[name] as Cell;
  const limit = person['wip_limit'] ?? 10;
  const out = person['absent'] === true ? 'out' : null;
  return [
    cell('subject'),
    cell('name'),
    names(person['roles']),
    names(person['teams']),
    limit as Cell,
    out,
    cell('changed_by'),
  ];
}

const describe = ({ items }: { items: JsonObject[] }): string =>
  table(['person', 'name', 'roles', 'teams', 'limit', 'now', 'changed by'], items.map(row));

/** An administrator: the named one, or the first of the tenant. */
function signInAdmin(local: LocalSystem, { reviewer, tenant }: Options): Promise<Person> {
  if (reviewer !== undefined) return signInReader(local, reviewer, tenant);
  const admin = local.reviewers.find((one) => one.tenant === tenant && one.roles.includes('admin'));
  if (admin === undefined) throw wrongUse(`Nobody in ${tenant} is an administrator. Name one by --reviewer.`);
  return signIn(local, admin);
}

/** What nobody can open after the change; the policy service reads the roster some milliseconds later. */
async function warnings(person: Person): Promise<Unreachable[]> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { body } = await person.policy.send({ method: 'GET', path: '/v1/policies/reach' });
  return (body as unknown as { unreachable: Unreachable[] }).unreachable;
}

const told = (entry: Changed): string =>
  [
    list([
      ['person', entry.subject],
      ['roles', entry.removed === true ? 'taken off' : names(entry.roles)],
    ]),
    ...entry.unreachable.map(({ policy, message }) => `warning: ${policy}: ${message}`),
  ].join('\n');

async function change(
  subject: string,
  options: Options,
  call: { method: 'PUT' | 'DELETE' | 'POST'; suffix?: string; body?: JsonValue },
): Promise<void> {
  const person = await signInAdmin(await readLocalSystem(), options);
  const { suffix = '', ...rest } = call;
  const answer = await person.approval.send({ ...rest, path: `/v1/reviewers/${encodeURIComponent(subject)}${suffix}` });
  const changed = { ...(answer.body as JsonObject), unreachable: await warnings(person) } as unknown as Changed;
  show(options.json, changed, told);
}

/** The whole entry, as it is from now on. */
function entryOf({ name, role, team, operates, alternate, limit, reason }: Options): JsonValue {
  if (limit !== undefined && !/^([1-9][0-9]{0,2}|1000)$/.test(limit))
    throw wrongUse('--limit takes a number from 1 to 1000.');
  return {
    ...{ name: name ?? null, roles: role ?? null, teams: team ?? [], operates: operates ?? [] },
    ...{ alternates: alternate ?? [], wip_limit: limit === undefined ? null : Number(limit), reason: reason ?? null },
  };
}

function absence({ from, until, reason }: Options): JsonValue {
  const instant = (text: string): string => {
    const ms = parseTime(text);
    if (ms === null) throw wrongUse(`not a time: ${text}; write it as 2026-06-19T09:00:00Z`);
    return new Date(ms).toISOString();
  };
  if (until === undefined) return { absences: [], reason: reason ?? null };
  return {
    absences: [{ from: instant(from ?? new Date().toISOString()), until: instant(until) }],
    reason: reason ?? null,
  };
}

async function listPeople(options: Options): Promise<void> {
  const person = await signInReader(await readLocalSystem(), options.reviewer, options.tenant);
  const answer = await person.approval.send({ method: 'GET', path: '/v1/reviewers' });
  show(options.json, answer.body as unknown as { items: JsonObject[] }, describe);
}

export function register(program: Command): void {
  const reviewers = program.command('reviewers').description('who may review: roles, teams, absences');
  const common = (command: Command): Command =>
    command
      .option('--reviewer <subject>', 'act as this person; default an administrator')
      .option('--tenant <tenant>', 'of this tenant', 'acme')
      .option('--json', 'print the answer as it is');
  common(reviewers.command('list', { isDefault: true }).description('everybody on the roster')).action(
    (options: Options) => run(options.json, () => listPeople(options)),
  );
  common(reviewers.command('add').description('put somebody on the roster, or in place of the entry before'))
    .argument('<subject>', 'as the identity provider names the person')
    .option('--name <name>', 'for people to read')
    .option('--role <role...>', 'roles that count; without, those of the access token do')
    .option('--team <team...>', 'teams')
    .option('--operates <agent...>', 'agents that the person operates and so never approves')
    .option('--alternate <subject...>', 'who is asked while the person is out')
    .option('--limit <n>', 'most requests assigned at once; default 10')
    .option('--reason <text>', 'why')
    .action((subject: string, options: Options) =>
      run(options.json, () => change(subject, options, { method: 'PUT', body: entryOf(options) })),
    );
  common(reviewers.command('remove').description('take somebody off: no vote counts any more from now on'))
    .argument('<subject>')
    .action((subject: string, options: Options) =>
      run(options.json, () => change(subject, options, { method: 'DELETE' })),
    );
  common(reviewers.command('out').description('say when somebody is out of office; without --until nobody is'))
    .argument('<subject>')
    .option('--from <time>', 'first moment; default now')
    .option('--until <time>', 'first moment after it')
    .option('--reason <text>', 'why')
    .action((subject: string, options: Options) =>
      run(options.json, () =>
        change(subject, options, { method: 'POST', suffix: '/absences', body: absence(options) }),
      ),
    );
}
