import type { Command } from 'commander';
import { signInReader } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { readLocalSystem } from '../shared/local-system.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  readonly reviewer?: string;
  readonly tenant: string;
  readonly json?: boolean;
}

interface Difference {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly changes: readonly { readonly sentence: string }[];
}

function inWords({ name, from, to, changes }: Difference): string {
  if (changes.length === 0) return `${name}@${from} and ${name}@${to} decide alike.`;
  return [`${name}@${from} → ${name}@${to}`, ...changes.map(({ sentence }) => `  ${sentence}`)].join('\n');
}

async function diff(name: string, from: string, to: string, options: Options): Promise<void> {
  if (![from, to].every((version) => /^[1-9][0-9]*$/.test(version))) throw wrongUse('Versions are numbers, 1 or more.');
  const local = await readLocalSystem();
  const person = await signInReader(local, options.reviewer, options.tenant);
  const path = `/v1/policies/${encodeURIComponent(name)}/diff?from=${from}&to=${to}`;
  const answer = await person.policy.send({ method: 'GET', path });
  show(options.json, answer.body as unknown as Difference, inWords);
}

export function registerDiff(policy: Command): void {
  policy
    .command('diff')
    .description('say in words what differs between two versions of a policy')
    .argument('<name>')
    .argument('<from>', 'version number')
    .argument('<to>', 'version number')
    .option('--reviewer <subject>', 'read as this person')
    .option('--tenant <tenant>', 'whose policies', 'acme')
    .option('--json', 'print the answer as it is')
    .action((name: string, from: string, to: string, options: Options) =>
      run(options.json, () => diff(name, from, to, options)),
    );
}
