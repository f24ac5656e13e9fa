import type { PolicyAction } from '../action.js';
import type { PolicyProblem } from '../problems.js';
import { readYaml } from '../read-document.js';
import { actionOfCase } from './case-action.js';
import type { CaseDocument, Want } from './case-document.js';
import { caseDocument } from './case-document.js';

/** One case, ready to be decided. */
export interface Case {
  readonly name: string;
  readonly why: string | null;
  /** 1 or more, in the table's file. */
  readonly line: number;
  readonly action: PolicyAction;
  readonly want: Want;
}

/** The cases of one file. */
export interface CaseTable {
  readonly file: string;
  readonly policy: string;
  readonly tenant: string | null;
  readonly cases: readonly Case[];
}

export interface ReadCases {
  /** null when there is any problem. */
  readonly table: CaseTable | null;
  readonly problems: readonly PolicyProblem[];
}

/** Reads a file of cases. Never throws. */
export function readCases(text: string, file: string): ReadCases {
  const { data, problems } = readYaml<CaseDocument>(caseDocument, text, file);
  if (data === null) return { table: null, problems: problems.items };
  const cases = data.cases.map(({ name, why, set, remove, want }, index): Case => {
    const { line } = problems.placeOf(['cases', index]);
    return { name, why: why ?? null, line, action: actionOfCase(data.base, { set, remove }), want };
  });
  return { table: { file, policy: data.policy, tenant: data.tenant ?? null, cases }, problems: [] };
}
