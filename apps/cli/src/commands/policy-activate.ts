import { propose, readAction, waitForDecision } from '@countersign/sdk';
import type { ActionDocument, Client, JsonObject, Proposal } from '@countersign/sdk';
import { Option, type Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { agentClient, RETRY_FOR_MS, type Person } from '../shared/callers.js';
import { refused, wrongUse } from '../shared/command-error.js';
import { agentOf, readLocalSystem } from '../shared/local-system.js';
import { list, printLine, show } from '../shared/output.js';
import { signInAuthor, type AuthorOptions } from '../shared/policy-author.js';
import { run } from '../shared/run.js';

interface Options extends AuthorOptions {
  readonly state: string;
  readonly mode?: string;
  readonly reason?: string;
  readonly agent: string;
  readonly action?: string;
  readonly wait: boolean;
  readonly timeout: string;
  readonly json?: boolean;
}

interface Change {
  readonly needs_approval: boolean;
  readonly proposal: Omit<Proposal, 'run_id' | 'agent' | 'model'> & { after: { changes: string[] } };
}

interface VersionView {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly mode: string | null;
  readonly changed_by: string | null;
  readonly action_id: string | null;
}

/** One change, from the proposal to the version that speaks. */
interface Work {
  readonly person: Person;
  /** The same person, who waits until a part that went down is back: an approval is spent once. */
  readonly patient: () => Promise<Person>;
  readonly client: Client;
  readonly name: string;
  readonly version: number;
  readonly options: Options;
}

const PATIENCE_MS = 60_000;

const pathOf = ({ name, version }: Work): string => `/v1/policies/${encodeURIComponent(name)}/versions/${version}`;

const inWords = ({ name, version, state, mode, changed_by, action_id }: VersionView): string =>
  list([
    ['policy', `${name}@${version}`],
    ['state', state],
    ['mode', mode],
    ['by', changed_by],
    ['action', action_id],
  ]);

/** @throws SdkError `change_refused` with the reasons, before anybody is asked */
async function readChange(work: Work): Promise<Change> {
  const { state, mode } = work.options;
  const query = new URLSearchParams({ state, ...(mode === undefined ? {} : { mode }) });
  const answer = await work.person.policy.send({ method: 'GET', path: `${pathOf(work)}/change?${query.toString()}` });
  return answer.body as unknown as Change;
}

async function proposeChange({ client, name, version, options }: Work, { proposal }: Change): Promise<ActionDocument> {
  const who = { agent: { id: options.agent, version: 'cli' }, model: { id: 'none' } };
  const body = { run_id: `policy-${name}-${version}-${randomUUID()}`, ...who, ...proposal };
  const { action } = await propose(client, body as unknown as Proposal, randomUUID());
  return waitForDecision(client, action.action_id, { for: 'decision', timeoutMs: 15_000 });
}

const goOn = ({ name, version, options }: Work, { action_id }: ActionDocument): string => {
  const { state, mode } = options;
  const more = [state === 'active' ? '' : ` --state ${state}`, mode === undefined ? '' : ` --mode ${mode}`];
  return `countersign policy activate ${name} ${version}${more.join('')} --action ${action_id}`;
};

function announce(work: Work, action: ActionDocument, changes: readonly string[]): void {
  const { request } = action;
  const asked = [
    ...changes.map((change) => `  ${change}`),
    `${request?.approvals.required ?? 0} people of ${request?.roles.join(', ') ?? ''} must approve ${request?.request_id ?? ''}:`,
    `  countersign vote ${request?.request_id ?? ''} approve --reviewer SUBJECT`,
  ];
  if (work.options.json !== true) printLine(asked.join('\n'));
}

/** A spent approval is fine where it was spent on this: the command was given twice. */
async function spent(work: Work, { action_id, grant }: ActionDocument): Promise<void> {
  const answer = await work.person.policy.send({ method: 'GET', path: pathOf(work) });
  const view = answer.body as unknown as VersionView;
  if (view.action_id !== action_id)
    throw refused(
      `The approval is ${grant?.status ?? 'gone'} and the version is ${view.state}; propose the change anew.`,
    );
  show(work.options.json, view, inWords);
}

async function redeemed(work: Work, action: ActionDocument): Promise<void> {
  const { options, version, patient, name } = work;
  if (action.status !== 'approved') throw refused(action.resolution?.message ?? `The change is ${action.status}.`);
  if (action.effective?.changed === true) throw refused('Reviewers changed the change; propose what they want anew.');
  const token = action.grant?.token;
  if (!token) return spent(work, action);
  const { state, mode = null, reason = null } = options;
  const body = { version, state, mode, reason, token };
  const path = `/v1/policies/${encodeURIComponent(name)}/activate`;
  const answer = await (await patient()).policy.send({ method: 'POST', path, body });
  show(options.json, answer.body as unknown as VersionView, inWords);
}

async function changeAlone(work: Work): Promise<void> {
  const { state, mode = null, reason = null } = work.options;
  const body = { state, mode, reason };
  const answer = await work.person.policy.send({ method: 'POST', path: `${pathOf(work)}/state`, body });
  show(work.options.json, answer.body as unknown as VersionView, inWords);
}

async function started(work: Work): Promise<ActionDocument | null> {
  const { client, options } = work;
  if (options.action !== undefined) return readAction(client, options.action);
  const change = await readChange(work);
  if (!change.needs_approval) return null;
  const action = await proposeChange(work, change);
  announce(work, action, change.proposal.after.changes);
  return action;
}

async function activate(name: string, version: string, options: Options): Promise<void> {
  const timeoutMs = Number(options.timeout) * 1_000;
  if (!/^[1-9][0-9]*$/.test(version)) throw wrongUse('The version is a number, 1 or more.');
  if (!(timeoutMs > 0)) throw wrongUse('--timeout takes seconds, more than 0.');
  const local = await readLocalSystem();
  const client = agentClient(local, agentOf(local, options.agent, options.tenant), RETRY_FOR_MS);
  const person = await signInAuthor(local, options);
  const patient = (): Promise<Person> => signInAuthor(local, options, PATIENCE_MS);
  const work = { person, patient, client, name, version: Number(version), options };
  const action = await started(work);
  if (action === null) return changeAlone(work);
  if (!options.wait && action.status === 'pending') {
    const waiting: JsonObject = { action_id: action.action_id, request_id: action.request?.request_id ?? null };
    return show(options.json, { ...waiting, go_on: goOn(work, action) }, ({ go_on }) => `then:\n  ${go_on}`);
  }
  return redeemed(work, await waitForDecision(client, action.action_id, { timeoutMs }));
}

export function registerActivate(policy: Command): void {
  policy
    .command('activate')
    .description('change the state of a version; where people must approve, propose the change and wait for them')
    .argument('<name>')
    .argument('<version>')
    .addOption(new Option('--state <state>').choices(['draft', 'shadow', 'active', 'retired']).default('active'))
    .addOption(
      new Option('--mode <mode>', "in place of the file's").choices(['off', 'soft', 'shadow', 'partial', 'enforce']),
    )
    .option('--reason <text>', 'why')
    .option('--agent <id>', 'the agent that proposes', 'policy-agent')
    .option('--action <action_id>', 'go on with this proposal')
    .option('--no-wait', 'print how to go on instead of waiting')
    .option('--timeout <seconds>', 'wait at most this long', '3600')
    .option('--reviewer <subject>', 'ask as this person')
    .option('--tenant <tenant>', 'whose policies', 'acme')
    .option('--json', 'print the answer as it is')
    .action((name: string, version: string, options: Options) =>
      run(options.json, () => activate(name, version, options)),
    );
}
