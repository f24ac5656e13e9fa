import { SdkError, type Endpoint } from '@countersign/sdk';
import type { Command } from 'commander';
import { setTimeout } from 'node:timers/promises';
import { signInReader } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
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

const TRIES = 6;
const PAUSE_MS = 500;

/** `2` is a version of the policy that decided, `NAME@2` of any. */
function queryOf(version: string | undefined): string {
  if (version === undefined) return '';
  const [, policy, number] = /^(?:([a-z][a-z0-9-]*)@)?([1-9][0-9]*)$/.exec(version) ?? [];
  if (number === undefined) throw wrongUse('--version takes a number, or NAME@NUMBER.');
  return `?version=${number}${policy === undefined ? '' : `&policy=${policy}`}`;
}

/** An action is in the audit a moment after its decision. @throws SdkError `not_found` when it is not there then */
async function onceRecorded(policy: Endpoint, path: string): Promise<ExplainedAction> {
  for (let tries = 1; ; tries += 1) {
    try {
      return (await policy.send({ method: 'GET', path })).body as unknown as ExplainedAction;
    } catch (error) {
      if (!(error instanceof SdkError) || error.code !== 'not_found' || tries === TRIES) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}

async function explain(actionId: string, options: Options): Promise<void> {
  const path = `/v1/policies/explain/${encodeURIComponent(actionId)}${queryOf(options.version)}`;
  const { policy } = await signInReader(await readLocalSystem(), options.reviewer, options.tenant);
  show(options.json, await onceRecorded(policy, path), explainInWords);
}

export function registerExplain(policy: Command): void {
  policy
    .command('explain')
    .description('why an action was decided as it was: facts and who stated them, conditions, what decided')
    .argument('<action_id>')
    .option('--version <version>', 'what this version says of it: N or NAME@N; default what was active then')
    .option('--reviewer <subject>', 'ask as this person')
    .option('--tenant <tenant>', "whose action; default the reviewer's, or acme")
    .option('--json', 'print the answer as it is')
    .action((actionId: string, options: Options) => run(options.json, () => explain(actionId, options)));
}
