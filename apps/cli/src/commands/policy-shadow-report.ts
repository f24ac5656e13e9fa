import type { Command } from 'commander';
import type { JsonObject } from '@countersign/sdk';
import { signInAuthor } from '../shared/policy-author.js';
import { refused, wrongUse } from '../shared/command-error.js';
import { readLocalSystem } from '../shared/local-system.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  readonly since: string;
  readonly minHistory?: string;
  readonly reviewer?: string;
  readonly tenant: string;
  readonly json?: boolean;
}

interface Report {
  readonly policy_name: string;
  readonly policy_version: number;
  readonly compared: number;
  readonly agreed: number;
  readonly looser: number;
  readonly stricter: number;
  readonly other_gate: number;
  readonly differences: readonly { from: string; to: string; count: number; examples: readonly string[] }[];
  readonly sufficient: boolean;
  readonly result_hash: string;
}

function inWords(report: Report): string {
  const { policy_name, policy_version, compared, agreed, looser, stricter, other_gate } = report;
  const differences = report.differences.map(
    ({ from, to, count, examples }) => `  ${from} → ${to}: ${count}, such as ${examples.slice(0, 3).join(', ')}`,
  );
  return [
    `${policy_name}@${policy_version} watched ${compared} actions and agreed on ${agreed}.`,
    `looser ${looser}, stricter ${stricter}, other gate ${other_gate}`,
    ...differences,
    report.result_hash,
  ].join('\n');
}

async function report(name: string, version: string, options: Options): Promise<void> {
  const { since, minHistory } = options;
  const min_history = minHistory === undefined ? undefined : Number(minHistory);
  if (!/^[1-9][0-9]*$/.test(version) || (min_history !== undefined && !Number.isInteger(min_history)))
    throw wrongUse('Versions and --min-history are numbers, 1 or more.');
  const person = await signInAuthor(await readLocalSystem(), options);
  const path = `/v1/policies/${encodeURIComponent(name)}/versions/${version}/shadow-report`;
  const body: JsonObject = { since, ...(min_history !== undefined && { min_history }) };
  const answer = await person.policy.send({ method: 'POST', path, body });
  const said = answer.body as unknown as Report;
  show(options.json, said, inWords);
  if (!said.sufficient) throw refused(`insufficient_history: ${said.compared} actions.`);
}

export function registerShadowReport(policy: Command): void {
  policy
    .command('shadow-report')
    .description('say what a version in shadow would have changed, and keep that as evidence')
    .argument('<name>')
    .argument('<version>', 'version number')
    .option('--since <time>', 'a duration such as 90d, or a time', '90d')
    .option('--min-history <n>', 'actions that the report must rest on')
    .option('--reviewer <subject>', 'ask as this person, a policy author or risk owner')
    .option('--tenant <tenant>', 'whose actions', 'acme')
    .option('--json', 'print the answer as it is')
    .action((name: string, version: string, options: Options) =>
      run(options.json, () => report(name, version, options)),
    );
}
