import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@countersign/canonical';
import { loadPolicy } from '@countersign/policy';
import type { CompiledPolicy, PolicyProblem } from '@countersign/policy';

/** A policy file that passed all checks. */
export interface PolicyFile {
  readonly file: string;
  readonly content: string;
  /** `sha256:` + hex over the file's bytes. */
  readonly content_hash: string;
  readonly policy: CompiledPolicy;
  /** Text of `cases/<same name>` beside it, or null. */
  readonly cases: string | null;
}

export const describeProblem = ({ file, line, column, message }: PolicyProblem): string =>
  `${file}:${line}:${column}: ${message}`;

function readPolicyFile(folder: string, file: string): PolicyFile {
  const bytes = readFileSync(join(folder, file));
  const content = bytes.toString('utf8');
  const { policy, problems } = loadPolicy(content, file);
  if (policy === null) throw new Error(problems.map(describeProblem).join('\n'));
  const beside = join(folder, 'cases', file);
  const cases = existsSync(beside) ? readFileSync(beside, 'utf8') : null;
  return { file, content, content_hash: sha256(bytes), policy, cases };
}

/**
 * Reads every `.yaml` file of a folder.
 * @throws Error with file, line and column of each problem of the first file that has one: a service that would leave out
 * a broken policy would let the default gate speak in its place
 */
export function readPolicyFiles(folder: string): PolicyFile[] {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  const files = names.sort().map((name) => readPolicyFile(folder, name));
  for (const { file, policy } of files) {
    const twin = files.find(
      (other) => other.file !== file && other.policy.name === policy.name && other.policy.tenant === policy.tenant,
    );
    if (twin) throw new Error(`${file} and ${twin.file} both hold the policy ${policy.name}`);
  }
  return files;
}
