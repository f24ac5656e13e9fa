import type { Command } from 'commander';
import { signInReader } from '../shared/callers.js';
import { explainInWords, type ExplainedAction } from '../shared/explain-in-words.js';
import { readLocalSystem } from '../shared/local-system.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  version?: string;
  reviewer?: string;
  tenant?: string;
  json?: boolean;
}

async function explain(actionId: string, options: Options): Promise<void> {
  const person = await signInReader(await readLocalSystem(), options.reviewer, options.tenant);
  const query = options.version === undefined ? '' : `?version=${encodeURIComponent(options.version)}`;
  const path = `/v1/policies/explain/${encodeURIComponent(actionId)}${query}`;
  const answer = (await person.policy.send({ method: 'GET', path })).body;
  show(options.json, answer as unknown as ExplainedAction, explainInWords);
}

export function registerExplain(policy: Command): void {
  policy
    .command('explain')
    .description('why an action was decided as it was: facts and who stated them, conditions, what decided')
    .argument('<action_id>')
    .option('--version <n>', 'what this version of the policy says of it; default those that were active then')
    .option('--reviewer <subject>', 'ask as this person')
    .option('--tenant <tenant>', "whose action; default the reviewer's, or acme")
    .option('--json', 'print the answer as it is')
    .action((actionId: string, options: Options) => run(options.json, () => explain(actionId, options)));
}
