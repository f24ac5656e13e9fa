import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@countersign/canonical';
import { libraryOf, loadPolicy } from '@countersign/policy';
import type { ActionTypeLibrary, CompiledPolicy, PolicyProblem } from '@countersign/policy';

/** A policy file that passed all checks. */
export interface PolicyFile {
  readonly file: string;
  /** The file's text, with the action types that it takes from their own files. */
  readonly content: string;
  /** `sha256:` + hex over the content. */
  readonly content_hash: string;
  readonly policy: CompiledPolicy;
  /** Text of `cases/<same name>` beside it, or null. */
  readonly cases: string | null;
}

export const describeProblem = ({ file, line, column, message }: PolicyProblem): string =>
  `${file}:${line}:${column}: ${message}`;

const yamlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();

/** The files of `action_types` beside the policies; a broken one fails only the policies that need it. */
function readLibrary(folder: string): ActionTypeLibrary {
  const types = join(folder, 'action_types');
  const names = existsSync(types) ? yamlFiles(types) : [];
  return libraryOf(
    names.map((name) => ({ file: join('action_types', name), text: readFileSync(join(types, name), 'utf8') })),
  );
}

function readPolicyFile(folder: string, file: string, library: ActionTypeLibrary): PolicyFile {
  const { policy, problems, content } = loadPolicy(readFileSync(join(folder, file), 'utf8'), file, library);
  if (policy === null) throw new Error(problems.map(describeProblem).join('\n'));
  const beside = join(folder, 'cases', file);
  const cases = existsSync(beside) ? readFileSync(beside, 'utf8') : null;
  return { file, content, content_hash: sha256(content), policy, cases };
}

/**
 * Reads every `.yaml` file of a folder.
 * @throws Error with file, line and column of each problem of the first file that has one: a service that would leave out
 * a broken policy would let the default gate speak in its place
 */
export function readPolicyFiles(folder: string): PolicyFile[] {
  const library = readLibrary(folder);
  const files = yamlFiles(folder).map((name) => readPolicyFile(folder, name, library));
  for (const { file, policy } of files) {
    const twin = files.find(
      (other) => other.file !== file && other.policy.name === policy.name && other.policy.tenant === policy.tenant,
    );
    if (twin) throw new Error(`${file} and ${twin.file} both hold the policy ${policy.name}`);
  }
  return files;
}
