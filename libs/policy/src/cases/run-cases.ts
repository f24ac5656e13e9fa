import type { JsonValue } from '@countersign/canonical';
import type { CompiledPolicy } from '../compiled.js';
import { evaluate, policySetOf } from '../policy-set.js';
import type { Case, CaseTable } from './read-cases.js';
import { seenOf } from './seen.js';

/** One thing that came out otherwise. */
export interface CaseDifference {
  readonly field: string;
  readonly wanted: JsonValue;
  readonly seen: JsonValue;
}

export interface CaseResult {
  readonly name: string;
  readonly why: string | null;
  readonly file: string;
  /** 1 or more. */
  readonly line: number;
  readonly passed: boolean;
  readonly differences: readonly CaseDifference[];
}

export interface CaseReport {
  readonly policy: string;
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly CaseResult[];
}

const equal = (a: JsonValue, b: JsonValue): boolean => JSON.stringify(a) === JSON.stringify(b);

function differencesOf(
  want: Readonly<Record<string, JsonValue>>,
  seen: Readonly<Record<string, JsonValue>>,
): CaseDifference[] {
  return Object.entries(want).flatMap(([field, wanted]) => {
    const value = seen[field] ?? null;
    return equal(wanted, value) ? [] : [{ field, wanted, seen: value }];
  });
}

/** Whose policies decide the cases of a table. */
export const tenantOf = ({ tenant, policy }: CaseTable, policies: readonly CompiledPolicy[]): string =>
  tenant ?? policies.find(({ name }) => name === policy)?.tenant ?? '*';

/**
 * Decides every case of a table and compares.
 * @param policies the policy of the table, and those that decide beside it
 */
export function runCases(policies: readonly CompiledPolicy[], table: CaseTable): CaseReport {
  const set = policySetOf(policies.map((policy) => ({ policy, version: 1 })));
  const tenant = tenantOf(table, policies);
  const results = table.cases.map(({ name, why, line, action, want }: Case): CaseResult => {
    const seen = seenOf(evaluate(set, tenant, action), action, policies);
    const differences = differencesOf({ policy: table.policy, ...want }, seen);
    return { name, why, file: table.file, line, passed: differences.length === 0, differences };
  });
  const passed = results.filter((one) => one.passed).length;
  return { policy: table.policy, passed, failed: results.length - passed, results };
}
