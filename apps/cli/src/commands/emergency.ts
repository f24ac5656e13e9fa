import type { JsonObject } from '@countersign/sdk';
import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { signIn, signInReader, type Person } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { readLocalSystem } from '../shared/local-system.js';
import { list, show, table, type Cell } from '../shared/output.js';
import { run } from '../shared/run.js';
import { PACKET_DIGEST, packetFor, refuseUnseen } from '../shared/shown-packet.js';

interface Options {
  reviewer?: string;
  agent?: string;
  actionType?: string;
  reason?: string;
  packetDigest?: string;
  json?: boolean;
}

/** The named person, or the first one of the roster who has the role: there is no time to look for names. */
async function personOf(role: string, { reviewer }: Options): Promise<Person> {
  const local = await readLocalSystem();
  if (reviewer !== undefined) return signInReader(local, reviewer);
  const found = local.reviewers.find(({ roles }) => roles.includes(role));
  if (found === undefined) throw wrongUse(`Nobody here has the role ${role}. Name a person by --reviewer.`);
  return signIn(local, found);
}

async function post({ approval }: Person, path: string, body: JsonObject): Promise<JsonObject> {
  const headers = { 'idempotency-key': randomUUID() };
  return (await approval.send({ method: 'POST', path: `/v1/${path}`, headers, body })).body as JsonObject;
}

const facts =
  (names: readonly string[]) =>
  (answer: JsonObject): string =>
    list(names.map((name): [string, Cell] => [name.replaceAll('_', ' '), answer[name] as Cell]));

const SCOPE = ['freeze_id', 'agent_id', 'action_type'];
const within = (id: string): string => encodeURIComponent(id);

async function freeze(options: Options): Promise<void> {
  const { agent: agent_id = null, actionType: action_type = null, reason = null } = options;
  const answer = await post(await personOf('admin', options), 'freezes', { agent_id, action_type, reason });
  show(options.json, answer, facts([...SCOPE, 'took_ms']));
}

async function unfreeze(freezeId: string, options: Options): Promise<void> {
  const answer = await post(await personOf('admin', options), `freezes/${within(freezeId)}/lift`, {});
  show(options.json, answer, facts([...SCOPE, 'took_ms']));
}

async function freezes(options: Options): Promise<void> {
  const { approval } = await personOf('admin', options);
  const page = (await approval.send({ method: 'GET', path: '/v1/freezes' })).body as unknown as { items: JsonObject[] };
  const names = [...SCOPE, 'frozen_by', 'reason', 'frozen_at'];
  show(options.json, page, ({ items }) =>
    table(
      names.map((name) => name.replaceAll('_', ' ')),
      items.map((item) => names.map((name) => item[name] as Cell)),
    ),
  );
}

async function revoke(grantId: string, options: Options): Promise<void> {
  const { reason = null } = options;
  const answer = await post(await personOf('admin', options), `grants/${within(grantId)}/revoke`, { reason });
  show(options.json, answer, facts(['grant_id', 'action_id', 'status', 'revoked_at']));
}

const GLASS = (requestId: string): string =>
  `You alone let ${requestId} go, without its quorum. Everybody is told, and somebody else reviews it.`;

/** Shows the packet, or is told which one was read, and lets exactly that go. */
async function breakGlass(requestId: string, options: Options): Promise<void> {
  refuseUnseen(options);
  const person = await personOf('break_glass', options);
  const packet_digest = await packetFor(person, requestId, GLASS(requestId), options);
  const body = { packet_digest, reason: options.reason ?? '' };
  const answer = await post(person, `requests/${within(requestId)}/break-glass`, body);
  const { grant_id, expires_at } = answer['grant'] as Record<string, string>;
  show(options.json, answer, ({ review_request_id }) =>
    list([
      ['request', requestId],
      ['grant', grant_id],
      ['expires at', expires_at],
      ['review', review_request_id as string],
    ]),
  );
}

type One = (id: string, options: Options) => Promise<void>;

export function register(program: Command): void {
  const command = (name: string, role: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--reviewer <subject>', `who does it; default: the first person with role ${role}`)
      .option('--json', 'print the answer as it is');
  const about = (made: Command, id: string, act: One): Command =>
    made.argument(id).action((given: string, options: Options) => run(options.json, () => act(given, options)));
  const WHY = ['--reason <text>', 'why'] as const;
  command('freeze', 'admin', 'stop votes and redemptions: of the tenant, of one agent, of one type of action')
    .option('--agent <id>', 'only of this agent')
    .option('--action-type <type>', 'only of this type')
    .requiredOption(...WHY)
    .action((options: Options) => run(options.json, () => freeze(options)));
  command('freezes', 'admin', 'what is frozen').action((options: Options) => run(options.json, () => freezes(options)));
  about(command('unfreeze', 'admin', 'lift a freeze'), '<freeze_id>', unfreeze);
  about(command('revoke', 'admin', 'take a grant back before it is used'), '<grant_id>', revoke).requiredOption(...WHY);
  const glass = command('break-glass', 'break_glass', 'let a waiting action go without its quorum, in an emergency');
  about(glass, '<request_id>', breakGlass)
    .requiredOption(...WHY)
    .option(...PACKET_DIGEST);
}
