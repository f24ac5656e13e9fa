import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CompiledPolicy, PolicyAction, PolicySet } from '@countersign/policy';
import { loadPolicy, policySetOf } from '@countersign/policy';

const FOLDER = new URL('../../infra/policies/', import.meta.url);

export interface Case {
  name: string;
  set?: Record<string, unknown>;
  remove?: string[];
  want: Record<string, unknown>;
}

export interface CaseTable {
  policy: string;
  base: Record<string, unknown>;
  cases: Case[];
}

/** The policies of `infra/policies`, each as version 1. */
export function readyPolicies(): CompiledPolicy[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => {
    const { policy, problems } = loadPolicy(readFileSync(new URL(file, FOLDER), 'utf8'), file);
    if (policy === null) throw new Error(JSON.stringify(problems));
    return policy;
  });
}

export const readySet = (): PolicySet => policySetOf(readyPolicies().map((policy) => ({ policy, version: 1 })));

export const caseTables = (): CaseTable[] =>
  readdirSync(new URL('cases/', FOLDER)).map(
    (file) => parse(readFileSync(new URL(`cases/${file}`, FOLDER), 'utf8')) as CaseTable,
  );

const NOTHING: PolicyAction = {
  action_type: '',
  environment: 'production',
  target: null,
  on_behalf_of: null,
  agent_version: 'v1',
  model_id: 'm1',
  confidence: null,
  parameters: null,
  signals: null,
  before: null,
  after: null,
};

/** The member that a pointer names is set, or removed when the value is undefined. */
export function change(root: unknown, pointer: string, value: unknown): void {
  const tokens = pointer.slice(1).split('/');
  const last = tokens.pop() ?? '';
  const parent = tokens.reduce<unknown>((node, token) => (node as Record<string, unknown>)[token], root) as Record<
    string,
    unknown
  >;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}

/** A case's action: the table's base with the case's changes. */
export function actionOfCase({ base }: CaseTable, { set, remove }: Case): PolicyAction {
  const action = structuredClone({ ...NOTHING, ...base });
  for (const [pointer, value] of Object.entries(set ?? {})) change(action, pointer, value);
  for (const pointer of remove ?? []) change(action, pointer, undefined);
  return action;
}
