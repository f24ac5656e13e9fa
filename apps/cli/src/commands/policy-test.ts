import type { CaseDifference, CaseResult, CaseTable, CompiledPolicy, PolicyProblem } from '@countersign/policy';
import { referenceDifferences, runCases } from '@countersign/policy';
import type { Command } from 'commander';
import { refused } from '../shared/command-error.js';
import { show } from '../shared/output.js';
import { readPolicyFolder } from '../shared/policy-folder.js';
import { run } from '../shared/run.js';

interface Tested {
  passed: number;
  failed: number;
  problems: readonly PolicyProblem[];
  results: readonly (CaseResult & { policy: string })[];
}

/** The cases of a table, decided by both evaluators: where they differ the case fails. */
function testTable(policies: readonly CompiledPolicy[], table: CaseTable): Tested['results'] {
  return runCases(policies, table).results.map((result, index) => {
    const action = table.cases[index]?.action;
    const unlike = action === undefined ? [] : policies.flatMap((policy) => referenceDifferences(policy, action));
    const differences = [...result.differences, ...unlike];
    return { policy: table.policy, ...result, passed: differences.length === 0, differences };
  });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const difference = ({ field, wanted, seen }: CaseDifference): string =>
  `wanted ${field} ${text(wanted)}, seen ${text(seen)}`;
const because = (why: string | null): string => (why === null ? '' : ` (${why})`);

function describe({ passed, failed, problems, results }: Tested): string {
  const unread = problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const lines = results
    .filter((one) => !one.passed)
    .map(
      ({ file, line, name, why, differences }) =>
        `${file}:${line}: ${name}: ${differences.map(difference).join('; ')}${because(why)}`,
    );
  return [...unread, ...lines, `${passed} passed, ${failed} failed`].join('\n');
}

async function test(path: string, json: boolean | undefined): Promise<void> {
  const { policies, tables, problems } = await readPolicyFolder(path);
  // Without a policy that cannot be read a default would speak in its place.
  const results = problems.length > 0 ? [] : tables.flatMap((table) => testTable(policies, table));
  const passed = results.filter((one) => one.passed).length;
  const unread = new Set(problems.map(({ file }) => file)).size;
  const failed = results.length - passed + unread;
  show(json, { passed, failed, problems, results }, describe);
  if (failed > 0) throw refused(`${failed} of ${results.length + unread} failed.`);
}

export function registerTest(policy: Command): void {
  policy
    .command('test')
    .description('run the cases of a policy, of a file of cases, or of a folder of policies')
    .argument('<path>')
    .option('--json', 'print every case with what was wanted and what was seen')
    .action((path: string, options: { json?: boolean }) => run(options.json, () => test(path, options.json)));
}
