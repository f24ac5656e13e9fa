import type { PolicyProblem } from '@countersign/policy';
import type { Command } from 'commander';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { refused, wrongUse } from '../shared/command-error.js';
import { show } from '../shared/output.js';
import { readPolicy } from '../shared/read-policy.js';
import { run } from '../shared/run.js';

interface Checked {
  file: string;
  ok: boolean;
  problems: readonly PolicyProblem[];
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => {
    throw wrongUse(`There is no ${path}.`);
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw wrongUse(`There are no YAML files in ${path}.`);
  return names.map((name) => join(path, name));
}

async function checkFile(file: string): Promise<Checked> {
  const { problems } = await readPolicy(file);
  return { file, ok: problems.length === 0, problems };
}

function describe(checked: readonly Checked[]): string {
  const lines = checked.flatMap(({ file, ok, problems }) =>
    ok ? [`${file}: ok`] : problems.map((one) => `${one.file}:${one.line}:${one.column}: ${one.message}`),
  );
  return lines.join('\n');
}

async function check(path: string, json: boolean | undefined): Promise<void> {
  const checked = await Promise.all((await filesOf(path)).map(checkFile));
  show(json, checked, describe);
  const bad = checked.filter((one) => !one.ok).length;
  if (bad > 0) throw refused(`${bad} of ${checked.length} policies have problems.`);
}

export function registerCheck(policy: Command): void {
  policy
    .command('check')
    .description('check a policy file, or every YAML file of a folder, with file, line and column')
    .argument('<path>')
    .option('--json', 'print the problems as JSON')
    .action((path: string, options: { json?: boolean }) => run(options.json, () => check(path, options.json)));
}
