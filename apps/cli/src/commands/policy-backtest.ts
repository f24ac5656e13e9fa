import type { JsonValue } from '@countersign/canonical';
import { SdkError, errorOf } from '@countersign/sdk';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { backtestInWords, type Backtested } from '../shared/backtest-in-words.js';
import { signInAuthor } from '../shared/policy-author.js';
import { refused, wrongUse } from '../shared/command-error.js';
import { readLocalSystem } from '../shared/local-system.js';
import { show } from '../shared/output.js';
import { createBar, createProgress, type Progress } from '../shared/progress.js';
import { readPolicy } from '../shared/read-policy.js';
import { run } from '../shared/run.js';

interface Options {
  since: string;
  until?: string;
  minHistory?: string;
  reviewer?: string;
  tenant: string;
  changes?: string;
  json?: boolean;
}

type Line =
  | { progress: { done: number; total: number } }
  | { changes: Backtested['changed_actions'] }
  | { problem: JsonValue & { status: number } }
  | Omit<Backtested, 'changed_actions'>;

interface Candidate {
  name: string;
  body: { content: string } | { version: number };
}

/** A policy file, or `NAME@VERSION` of a published one. */
async function candidateOf(wanted: string): Promise<Candidate> {
  const [, name, version] = /^([a-z][a-z0-9-]*)@([1-9][0-9]*)$/.exec(wanted) ?? [];
  if (name !== undefined) return { name, body: { version: Number(version) } };
  if (!existsSync(wanted)) throw wrongUse(`There is no ${wanted}; name a file, or NAME@VERSION.`);
  const { policy, content, problems } = await readPolicy(wanted);
  if (policy !== null) return { name: policy.name, body: { content } };
  throw refused(problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
}

/** @throws SdkError with the problem that ended the work, `bad_answer` when the answer has no end */
async function collect(lines: AsyncIterable<JsonValue>, progress: Progress): Promise<Backtested> {
  const bar = createBar(progress, 'backtest');
  const changed_actions: Backtested['changed_actions'][number][] = [];
  for await (const read of lines) {
    const line = read as unknown as Line;
    if ('progress' in line) bar(line.progress.done, line.progress.total);
    else if ('changes' in line) changed_actions.push(...line.changes);
    else if ('problem' in line) throw errorOf(line.problem.status, line.problem);
    else return { ...line, changed_actions };
  }
  throw new SdkError('bad_answer', 'The answer ends without a result.');
}

async function backtest(wanted: string, options: Options): Promise<void> {
  const { since, until, minHistory, json } = options;
  const { name, body } = await candidateOf(wanted);
  const person = await signInAuthor(await readLocalSystem(), options);
  const asked = { ...body, since, ...(until && { until }), ...(minHistory && { min_history: Number(minHistory) }) };
  const progress = createProgress(json === true);
  const answer = await collect(person.policyLines(`/v1/policies/${name}/backtest`, asked), progress);
  progress.clear();
  if (options.changes !== undefined)
    await writeFile(options.changes, answer.changed_actions.map((one) => `${JSON.stringify(one)}\n`).join(''));
  show(json, answer, backtestInWords);
  if (answer.result.status !== 'complete')
    throw refused(`insufficient_history: ${answer.result.actions} of ${answer.result.min_history} actions.`);
}

export function registerBacktest(policy: Command): void {
  policy
    .command('backtest')
    .description('what a version would have decided over recorded actions')
    .argument('<candidate>', 'a policy file, or NAME@VERSION')
    .option('--since <time>', 'a duration such as 90d, or a time (RFC 3339)', '90d')
    .option('--until <time>', 'decided before (RFC 3339); default now')
    .option('--min-history <n>', 'actions below which nothing can be concluded; default as the policy says')
    .option('--changes <file>', 'write every changed action there, one JSON object per line')
    .option('--reviewer <subject>', 'ask as this person, a policy author or risk owner')
    .option('--tenant <tenant>', "whose history; default the reviewer's, or acme", 'acme')
    .option('--json', 'print the whole report')
    .action((candidate: string, options: Options) => run(options.json, () => backtest(candidate, options)));
}
