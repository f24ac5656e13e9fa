import { ENVIRONMENTS } from '@countersign/canonical';
import { digestOfAction, factsOf, type ActionDocument, type Environment, type Proposal } from '@countersign/sdk';
import { Option, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { readAttestations } from '../gate/attestations.js';
import { rangeOf, readChangeSet, type Range } from '../gate/change-set.js';
import { addUp, readChecks, type Failure, type Results } from '../gate/checks.js';
import { loadGateSurroundings, type GateSurroundings } from '../gate/gate.config.js';
import { readJunit } from '../gate/junit.js';
import { passGate, type GateAnswer } from '../gate/pass-gate.js';
import { pipelineCaller } from '../gate/pipeline-caller.js';
import { deploymentProposal, type Deployment } from '../gate/proposal.js';
import { refused, wrongUse } from '../shared/command-error.js';
import { list, printLine, show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  range: string;
  environment: Environment;
  repo: string;
  actionType: string;
  agent: string;
  agentVersion: string;
  tenant?: string;
  runId?: string;
  repository?: string;
  service?: string;
  deploy?: string;
  migratesData?: 'yes' | 'no';
  checks: string[];
  junit: string[];
  attestation: string[];
  facts?: boolean;
  reason?: string;
  wait: string;
  json?: boolean;
}

const UNITS_S = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of `90s`, `30m`, `2h` or `1d`. @throws CommandError (exit code 2) */
function secondsOf(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (digits === undefined) throw wrongUse('--wait takes a time such as 90s, 30m or 2h.');
  return Number(digits) * UNITS_S[unit as keyof typeof UNITS_S];
}

function readEach<T>(files: readonly string[], read: (text: string, file: string) => T): Promise<T[]> {
  const readOne = async (file: string) => {
    const text = await readFile(file, 'utf8').catch(() => {
      throw wrongUse(`Cannot read ${file}.`);
    });
    return read(text, file);
  };
  return Promise.all(files.map(readOne));
}

type Reader = (text: string, file: string) => { passed: number; failed: Failure[] };

const readAll = async (files: readonly string[], read: Reader): Promise<Results | null> =>
  files.length === 0 ? null : addUp(await readEach(files, read));

async function deploymentOf(options: Options, around: GateSurroundings): Promise<Deployment> {
  const [runId, repository] = [options.runId ?? around.runId, options.repository ?? around.repository];
  if (runId === null) throw wrongUse('Name the run of the pipeline: --run-id or COUNTERSIGN_RUN_ID.');
  if (repository === null) throw wrongUse('Name the repository: --repository, for example acme/shop.');
  const { actionType, environment, service = null, deploy: version = null, migratesData } = options;
  return {
    ...{ runId, repository, runUrl: around.runUrl, actionType, environment, service, version },
    agent: { id: options.agent, version: options.agentVersion },
    migratesData: migratesData === undefined ? null : migratesData === 'yes',
    checks: await readAll(options.checks, readChecks),
    tests: await readAll(options.junit, readJunit),
    rationale: options.reason ?? null,
    attestations: (await readEach(options.attestation, readAttestations)).flat(),
  };
}

function sayWaiting({ action_id, request }: ActionDocument): void {
  const who = request === null ? '' : ` for ${request.approvals.required} of ${request.roles.join(', ')}`;
  process.stderr.write(`waiting${who}: request ${request?.request_id ?? 'not there yet'}, action ${action_id}\n`);
}

interface Shown extends GateAnswer {
  base: string;
  head: string;
  diff_digest: string;
}

function describe(answer: Shown): string {
  const { result, repeated, why, action_id, request_id, base, head, diff_digest, votes } = answer;
  const said = votes.map(({ vote, reason }): [string, string] => [vote, reason ?? 'no reason given']);
  return list([
    ['gate', repeated ? `${result}, as before` : result],
    ...(why === null ? [] : [['why', why] as const]),
    ...said,
    ...([
      ['action', action_id],
      ['request', request_id],
      ['range', `${base}..${head}`],
    ] as const),
    ['diff', diff_digest],
  ]);
}

/** What a provider signs, as `attest` takes it. */
function tellFacts(tenant: string, proposal: Proposal): void {
  const facts = factsOf(tenant, proposal, proposal.parameters);
  printLine(JSON.stringify({ digest: digestOfAction(facts), facts }));
}

async function gate(options: Options): Promise<void> {
  const around = loadGateSurroundings(process.env);
  const [range, waitMs]: [Range, number] = [rangeOf(options.range), secondsOf(options.wait) * 1000];
  const deployment = await deploymentOf(options, around);
  const changes = await readChangeSet(options.repo, range);
  const { client, tenant } = await pipelineCaller(options, around);
  const { base, head, diff_digest } = changes;
  const changed = async (): Promise<string | null> => {
    const now = await readChangeSet(options.repo, range);
    const same = now.base === base && now.head === head && now.diff_digest === diff_digest;
    return same ? null : `${options.range} is ${now.base}..${now.head} now, which nobody approved`;
  };
  const proposal = deploymentProposal(deployment, changes);
  if (options.facts) return tellFacts(tenant, proposal);
  const answer = await passGate(client, { tenant, proposal, waitMs, changed, onWaiting: sayWaiting });
  show(options.json, { ...answer, base, head, diff_digest }, describe);
  if (answer.result !== 'passed') throw refused(`The gate is closed: ${answer.why ?? answer.status}.`);
}

const gather = (value: string, all: string[]): string[] => [...all, value];

export function register(program: Command): void {
  program
    .command('gate')
    .description('in a pipeline: ends with 0 when this change set may go out, with 1 when it may not')
    .requiredOption('--range <base..head>', 'commits that go out')
    .addOption(new Option('--environment <name>', 'where to').choices(ENVIRONMENTS).makeOptionMandatory())
    .option('--repo <dir>', 'folder of the repository', '.')
    .option('--repository <name>', 'its name (default: what the pipeline says)')
    .option('--run-id <id>', 'run of the pipeline (default: what the pipeline says)')
    .option('--action-type <type>', 'type of the action', 'deployment')
    .option('--service <name>', 'what is deployed')
    .option('--deploy <version>', 'version that is deployed')
    .addOption(new Option('--migrates-data <answer>', 'whether data change').choices(['yes', 'no']))
    .option('--checks <file>', 'JSON list of { name, status, url, details }; may be given again', gather, [])
    .option('--junit <file>', 'JUnit report; may be given again', gather, [])
    .option('--attestation <file>', 'what a provider signed of this change; may be given again', gather, [])
    .option('--facts', 'print what a provider has to sign, and end; nothing is proposed')
    .option('--reason <text>', 'what reviewers are told (default: subject of the last commit)')
    .option('--wait <time>', 'how long to wait for people, such as 90s, 30m, 2h', '30m')
    .option('--agent <id>', 'agent whose key is used', 'deploy-agent')
    .option('--agent-version <version>', 'its version', 'ci')
    .option('--tenant <tenant>', 'tenant, when several have an agent of that id')
    .option('--json', 'print the answer as it is')
    .action((options: Options) => run(options.json, () => gate(options)));
}
