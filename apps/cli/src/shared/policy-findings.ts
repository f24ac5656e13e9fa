import type { CheckedCell, PlacedFinding, PolicyProblem } from '@countersign/policy';
import { table } from './output.js';

/** One file and what was found in it. */
export interface Checked {
  readonly file: string;
  /** Why the file is no policy at all. */
  readonly problems: readonly PolicyProblem[];
  readonly findings: readonly PlacedFinding[];
  /** The 18 cells of the matrix; empty without one. */
  readonly cells: readonly CheckedCell[];
}

/** The example in one line, without members that say nothing. */
const exampleInWords = (witness: object): string => {
  const said = Object.entries(witness).filter(([, value]) => value !== null && JSON.stringify(value) !== '{}');
  return `  ${JSON.stringify(Object.fromEntries(said))}`;
};

const problemInWords = ({ file, line, column, message }: PolicyProblem): string =>
  `${file}:${line}:${column}: error invalid: ${message}`;

function findingInWords({ file, line, column, severity, code, message, witness }: PlacedFinding): string {
  const said = `${file}:${line}:${column}: ${severity} ${code}: ${message}`;
  return witness === undefined ? said : `${said}\n${exampleInWords(witness)}`;
}

const cellsInWords = (cells: readonly CheckedCell[]): string =>
  table(
    ['CELL', 'APPROVAL', 'GATE', 'MET'],
    cells.map(({ cell, approval, gate, witness }) => [cell, approval, gate, witness === null ? 'no' : 'yes']),
  );

function fileInWords({ file, problems, findings, cells }: Checked, withCells: boolean): string[] {
  const found = [...problems.map(problemInWords), ...findings.map(findingInWords)];
  const isOk = problems.length === 0 && findings.every(({ severity }) => severity !== 'error');
  return [...found, ...(isOk ? [`${file}: ok`] : []), ...(withCells && cells.length > 0 ? [cellsInWords(cells)] : [])];
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** Every finding with its place and its example, and how many there are of what weighs. */
export function checkedInWords(checked: readonly Checked[], withCells: boolean): string {
  const findings = checked.flatMap((one) => one.findings);
  const having = (severity: string): number => findings.filter((one) => one.severity === severity).length;
  const errors = having('error') + checked.flatMap((one) => one.problems).length;
  const total = `${counted(errors, 'error')}, ${counted(having('warning'), 'warning')}`;
  return [...checked.flatMap((one) => fileInWords(one, withCells)), total].join('\n');
}
