import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { refused, wrongUse } from '../shared/command-error.js';
import { readLocalSystem } from '../shared/local-system.js';
import { list, show } from '../shared/output.js';
import { signInAuthor, type AuthorOptions } from '../shared/policy-author.js';
import { readPolicy } from '../shared/read-policy.js';
import { run } from '../shared/run.js';

interface Options extends AuthorOptions {
  readonly note?: string;
  readonly cases?: string;
  readonly json?: boolean;
}

interface Published {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly content_hash: string;
  readonly findings?: readonly { readonly severity: string; readonly message: string }[];
  readonly cases?: { readonly passed: number; readonly failed: number } | null;
}

/** The named file, or `cases/<same name>` beside the policy, where there is one. */
async function casesOf(file: string, named: string | undefined): Promise<string | null> {
  const path = named ?? join(dirname(file), 'cases', basename(file));
  return readFile(path, 'utf8').catch(() => {
    if (named !== undefined) throw wrongUse(`Cannot read ${named}.`);
    return null;
  });
}

function inWords({ name, version, state, content_hash, findings = [], cases }: Published): string {
  const count = (severity: string): number => findings.filter((one) => one.severity === severity).length;
  return list([
    ['policy', `${name}@${version}`],
    ['state', state],
    ['content', content_hash],
    ['checks', `${count('error')} errors, ${count('warning')} warnings`],
    ['cases', cases && `${cases.passed} passed, ${cases.failed} failed`],
    ['next', state === 'draft' ? `countersign policy activate ${name} ${version}` : null],
  ]);
}

async function publish(file: string, options: Options): Promise<void> {
  const { policy, content, problems } = await readPolicy(file);
  if (policy === null)
    throw refused(problems.map((one) => `${one.file}:${one.line}:${one.column}: ${one.message}`).join('\n'));
  const person = await signInAuthor(await readLocalSystem(), options);
  const body = { content, cases: await casesOf(file, options.cases), note: options.note ?? null };
  const answer = await person.policy.send({ method: 'POST', path: `/v1/policies/${policy.name}/versions`, body });
  show(options.json, answer.body as unknown as Published, inWords);
}

export function registerPublish(policy: Command): void {
  policy
    .command('publish')
    .description('publish a policy file as a draft; the same content is the same version')
    .argument('<file>')
    .option('--note <text>', 'why it is as it is')
    .option('--cases <file>', 'its cases (default: cases/<same name> beside it)')
    .option('--reviewer <subject>', 'publish as this person')
    .option('--tenant <tenant>', 'whose policies', 'acme')
    .option('--json', 'print the answer as it is')
    .action((file: string, options: Options) => run(options.json, () => publish(file, options)));
}
