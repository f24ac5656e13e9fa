import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CaseTable, CompiledPolicy, PolicySet } from '@countersign/policy';
import { libraryOf, loadPolicy, policySetOf, readCases } from '@countersign/policy';

const ROOT = new URL('../../', import.meta.url);

/** Policies that decide beside each other, and their cases. */
export interface PolicyFolder {
  readonly folder: string;
  readonly policies: readonly CompiledPolicy[];
  readonly tables: readonly CaseTable[];
}

function texts(folder: string): [file: string, text: string][] {
  if (!existsSync(new URL(folder, ROOT))) return [];
  const names = readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => {
    const path = new URL(`${folder}${name}`, ROOT);
    return [fileURLToPath(path), readFileSync(path, 'utf8')];
  });
}

function sound<T>(value: T | null, problems: readonly unknown[]): T {
  if (value === null) throw new Error(JSON.stringify(problems));
  return value;
}

function readFolder(folder: string): PolicyFolder {
  const library = libraryOf(texts(`${folder}action_types/`).map(([file, text]) => ({ file, text })));
  const policies = texts(folder).map(([file, text]) => {
    const { policy, problems } = loadPolicy(text, file, library);
    return sound(policy, problems);
  });
  const tables = texts(`${folder}cases/`).map(([file, text]) => {
    const { table, problems } = readCases(text, file);
    return sound(table, problems);
  });
  return { folder, policies, tables };
}

/** Every folder of ready policies. */
export const policyFolders = (): PolicyFolder[] => ['infra/policies/', 'infra/policies/examples/'].map(readFolder);

/** The policies of `infra/policies`, which the system starts with. */
export const readyPolicies = (): readonly CompiledPolicy[] => readFolder('infra/policies/').policies;

/** Those policies together, each as version 1. */
export const readySet = (): PolicySet => policySetOf(readyPolicies().map((policy) => ({ policy, version: 1 })));
