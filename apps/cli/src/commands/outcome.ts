import { parseJson } from '@countersign/canonical';
import { reportOutcome, type JsonObject, type OutcomeReport, type PostCheck } from '@countersign/sdk';
import { Option, type Command } from 'commander';
import { loadGateSurroundings } from '../gate/gate.config.js';
import { pipelineCaller } from '../gate/pipeline-caller.js';
import { wrongUse } from '../shared/command-error.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Options {
  status: OutcomeReport['status'];
  result?: string;
  check: string[];
  key?: string;
  agent: string;
  tenant?: string;
  json?: boolean;
}

/** @throws CommandError (exit code 2) */
function resultOf(text: string | undefined): JsonObject | null {
  if (text === undefined) return null;
  try {
    const result = parseJson(text);
    if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result;
  } catch {
    // Falls through to the refusal.
  }
  throw wrongUse('--result takes a JSON object.');
}

/** @throws CommandError (exit code 2) */
function checkOf(text: string): PostCheck {
  const [, name, verdict] = /^(.+)=(passed|failed)$/.exec(text) ?? [];
  if (name === undefined) throw wrongUse('--check takes a name and what came of it, such as smoke=passed.');
  return { name, passed: verdict === 'passed' };
}

async function report(actionId: string, options: Options): Promise<void> {
  const { status, key, json } = options;
  const [result, post_checks] = [resultOf(options.result), options.check.map(checkOf)];
  const { client } = await pipelineCaller(options, loadGateSurroundings(process.env));
  const action = await reportOutcome(client, actionId, { status, result, post_checks }, key);
  show(json, action, ({ action_id }) => `${action_id}: ${status} is recorded.`);
}

const gather = (value: string, all: string[]): string[] => [...all, value];

export function register(program: Command): void {
  program
    .command('outcome')
    .description('in a pipeline: say what became of an approved action; the latest report counts')
    .argument('<action_id>', 'as the gate printed it')
    .addOption(
      new Option('--status <status>', 'what became of it')
        .choices(['executed', 'failed', 'rolled_back'])
        .makeOptionMandatory(),
    )
    .option('--result <json>', 'JSON object with what there is to say')
    .option('--check <name=passed|failed>', 'a check afterwards; may be given again', gather, [])
    .option('--key <key>', 'reports with the same key count once (default: a new one)')
    .option('--agent <id>', 'agent whose key is used', 'deploy-agent')
    .option('--tenant <tenant>', 'tenant, when several have an agent of that id')
    .option('--json', 'print the action as it is')
    .action((actionId: string, options: Options) => run(options.json, () => report(actionId, options)));
}
