import { parseJson, type JsonValue } from '@countersign/canonical';
import { wrongUse } from '../shared/command-error.js';
import { beginning, within } from './within.js';

/** A check or test that did not pass. */
export interface Failure {
  name: string;
  status: string;
  url?: string;
  details?: string;
}

/** Results of checks or of tests; everything that is not known to have passed has failed. */
export interface Results {
  passed: number;
  failed_count: number;
  failed: Failure[];
}

const PASSED = new Set(['success', 'passed', 'pass', 'neutral', 'skipped']);
const FAILED_BYTES = 20_000;
const DETAILS_BYTES = 1_000;

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** Sums up, with as many failures as fit into a proposal. */
export function resultsOf(passed: number, failed: readonly Failure[]): Results {
  const short = failed.map(({ details, ...failure }) =>
    details === undefined ? failure : { ...failure, details: beginning(details, DETAILS_BYTES) },
  );
  return { passed, failed_count: failed.length, failed: within(short, FAILED_BYTES).shown };
}

export const addUp = (all: readonly { passed: number; failed: readonly Failure[] }[]): Results =>
  resultsOf(
    all.reduce((sum, { passed }) => sum + passed, 0),
    all.flatMap(({ failed }) => failed),
  );

function failureOf(item: JsonValue, place: string): Failure | null {
  const { name, status, url, details } = (item ?? {}) as Record<string, JsonValue>;
  if (typeof name !== 'string' || typeof status !== 'string')
    throw wrongUse(`${place} needs a name and a status, both texts.`);
  return PASSED.has(status.toLowerCase()) ? null : { name, status, url: textOf(url), details: textOf(details) };
}

/**
 * A list of checks: `[{ name, status, url, details }]`. A status that says neither success nor skipped is a failure.
 * @throws CommandError (exit code 2)
 */
export function readChecks(text: string, file: string): { passed: number; failed: Failure[] } {
  let list: JsonValue;
  try {
    list = parseJson(text);
  } catch (error) {
    throw wrongUse(`${file}: ${(error as Error).message}`);
  }
  if (!Array.isArray(list)) throw wrongUse(`${file} is no list of checks.`);
  const failures = list.map((item, index) => failureOf(item, `Check ${index + 1} of ${file}`));
  const failed = failures.filter((failure) => failure !== null);
  return { passed: list.length - failed.length, failed };
}
