import { checkCells, checkPolicy, placeFindings } from '@countersign/policy';
import type { CheckedRoster, CheckOptions } from '@countersign/policy';
import { readRoster } from '@countersign/local';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { refused, wrongUse } from '../shared/command-error.js';
import { show } from '../shared/output.js';
import { checkedInWords, type Checked } from '../shared/policy-findings.js';
import { policyFiles, readPolicy } from '../shared/read-policy.js';
import { run } from '../shared/run.js';

interface Options {
  readonly json?: boolean;
  /** A file; false for none; without it the roster of the local system. */
  readonly roster?: string | false;
  readonly gapsBefore?: string;
  readonly cells?: boolean;
}

interface CheckedFile extends Checked {
  /** No problem and no finding that is an error. */
  readonly ok: boolean;
}

async function rosterOf({ roster }: Options): Promise<CheckedRoster | undefined> {
  if (roster === false) return undefined;
  if (roster === undefined) return readRoster();
  try {
    const read = JSON.parse(await readFile(roster, 'utf8')) as CheckedRoster;
    if (Array.isArray(read.reviewers)) return read;
  } catch {
    // Said below in the same words as for JSON that is no roster.
  }
  throw wrongUse(`${roster} is no roster: expected JSON with a list \`reviewers\` and, for operators, \`agents\`.`);
}

type Read = Awaited<ReturnType<typeof readPolicy>> & { readonly file: string };

async function checkFile(
  { file, policy, problems }: Read,
  options: CheckOptions,
  roster?: CheckedRoster,
): Promise<CheckedFile> {
  if (policy === null) return { file, ok: false, problems, findings: [], cells: [] };
  const findings = placeFindings(checkPolicy(policy, roster, options), await readFile(file, 'utf8'), file);
  const ok = !findings.some(({ severity }) => severity === 'error');
  return { file, ok, problems, findings, cells: checkCells(policy) };
}

async function check(path: string, { gapsBefore, ...options }: Options): Promise<void> {
  const roster = await rosterOf(options);
  const read = await Promise.all(
    (await policyFiles(path)).map(async (file) => ({ file, ...(await readPolicy(file)) })),
  );
  const beside = read.flatMap(({ policy }) => policy ?? []);
  const how = { beside, ...(gapsBefore !== undefined && { gapsBefore }) };
  const checked = await Promise.all(read.map((file) => checkFile(file, how, roster)));
  show(options.json, checked, (all) => checkedInWords(all, options.cells === true));
  const bad = checked.filter(({ ok }) => !ok).length;
  if (bad > 0) throw refused(`${bad} of ${checked.length} policies have errors.`);
}

export function registerCheck(policy: Command): void {
  policy
    .command('check')
    .description('look for what an author may not have meant in a policy file, or in every YAML file of a folder')
    .argument('<path>')
    .option('--json', 'print findings, example actions and cells as JSON')
    .option('--cells', 'also list the 18 cells of the matrix')
    .option('--gaps-before <rule>', 'also say what only this rule and those after it catch')
    .option('--roster <file>', 'who exists, as JSON; without it the roster of the local system')
    .option('--no-roster', 'do not ask whether quorums can be reached')
    .action((path: string, options: Options) => run(options.json, () => check(path, options)));
}
