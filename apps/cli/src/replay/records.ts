import { isName, JsonError, labelFault, NAME_RULE, parseJson, sha256, type JsonValue } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import { refused } from '../shared/command-error.js';

/** One recorded write action of an agent. `docs/replay.md` is its description. */
export interface RecordedAction {
  run_id: string;
  /** Order within the run, from 1. */
  seq: number;
  agent: string;
  agent_version: string;
  model_id: string;
  action_type: string;
  input: JsonObject;
  before?: JsonValue;
  /** Whom the agent served. */
  customer?: string | null;
  agent_said_before?: string | null;
  /** What the tool answered. Absent: the action is proposed, and nothing is executed or reported. */
  result?: { status: 'executed' | 'failed'; detail?: JsonValue } | null;
  /** The ground truth: whether this was the right thing to do. Absent: nobody votes and no label is written. */
  matches_expected?: boolean | null;
}

type Check = (value: JsonValue) => string | null;

const label: Check = (value) => (typeof value === 'string' ? labelFault(value) : 'expected text');
const anyText: Check = (value) => (typeof value === 'string' ? null : 'expected text');
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const REQUIRED: Readonly<Record<string, Check>> = {
  run_id: label,
  seq: (value) => (Number.isSafeInteger(value) && Number(value) >= 1 ? null : 'expected a whole number, 1 or more'),
  agent: label,
  agent_version: label,
  model_id: label,
  action_type: (value) => (typeof value === 'string' && isName(value) ? null : `expected ${NAME_RULE}`),
  input: (value) => (isObject(value) ? null : 'expected an object'),
};

const STATUSES: readonly unknown[] = ['executed', 'failed'];
const OPTIONAL: Readonly<Record<string, Check>> = {
  customer: label,
  agent_said_before: anyText,
  result: (value) => (isObject(value) ? null : 'expected an object'),
  matches_expected: (value) => (typeof value === 'boolean' ? null : 'expected true or false'),
};

/** All that is wrong with a line, a sentence a member. */
function faultsOf(record: JsonValue): string[] {
  if (!isObject(record)) return ['expected a JSON object'];
  const said = (name: string, fault: string | null): string[] => (fault === null ? [] : [`"${name}": ${fault}`]);
  return [
    ...Object.entries(REQUIRED).flatMap(([name, check]) =>
      said(name, record[name] === undefined ? 'missing' : check(record[name])),
    ),
    ...Object.entries(OPTIONAL).flatMap(([name, check]) =>
      said(name, isAbsent(record[name]) ? null : check(record[name])),
    ),
    ...(isObject(record['result']) && !STATUSES.includes(record['result']['status'])
      ? said('result.status', 'expected executed or failed')
      : []),
  ];
}

const isAbsent = (value: JsonValue | undefined): value is null | undefined => value === undefined || value === null;

function read(line: string): { record: JsonValue; faults: string[] } {
  try {
    const record = parseJson(line);
    return { record, faults: faultsOf(record) };
  } catch (error) {
    if (error instanceof JsonError) return { record: null, faults: [`${error.message} (at "${error.pointer}")`] };
    throw error;
  }
}

const placeOf = ({ agent, run_id, seq }: RecordedAction): string => JSON.stringify([agent, run_id, seq]);

/** Lines with faults that are named; the rest is counted. */
const MOST_NAMED = 20;

/** @throws CommandError naming each line that is no recorded action, with everything that is wrong with it */
export function parseRecords(text: string): RecordedAction[] {
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  const seen = new Map<string, number>();
  const wrong: string[] = [];
  const records = lines
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      const { record, faults } = read(line);
      const key = faults.length === 0 ? placeOf(record as unknown as RecordedAction) : `line ${number}`;
      const first = seen.get(key);
      if (first !== undefined) faults.push(`"agent", "run_id" and "seq": the same as in line ${first}`);
      seen.set(key, first ?? number);
      if (faults.length > 0) wrong.push(`Line ${number}: ${faults.join('; ')}.`);
      return record as unknown as RecordedAction;
    });
  if (wrong.length === 0) return records;
  const more = wrong.length - MOST_NAMED;
  throw refused([...wrong.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more lines are wrong.`] : [])].join('\n'));
}

/** Characters of a key, with room for what names its outcome and its label. */
const LONGEST_KEY = 240;

/** The idempotency key: a second replay proposes the same actions. */
export function keyOf({ run_id, seq }: RecordedAction): string {
  const plain = `${run_id}/${seq}`;
  const key = encodeURI(plain);
  return key.length <= LONGEST_KEY ? key : `${key.slice(0, LONGEST_KEY - 65)}/${sha256(plain).slice(-64)}`;
}

/** `harmless` when right, `harmful` when wrong and executed; a wrong one that failed harmed nobody and proves nothing. */
export function labelOf({ matches_expected, result }: RecordedAction): 'harmful' | 'harmless' | null {
  if (isAbsent(matches_expected)) return null;
  if (matches_expected) return 'harmless';
  return result?.status === 'executed' ? 'harmful' : null;
}
