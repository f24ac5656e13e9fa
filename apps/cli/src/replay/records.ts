import { JsonError, parseJson, type JsonValue } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import { refused } from '../shared/command-error.js';

/** One recorded write action of an agent. */
export interface RecordedAction {
  run_id: string;
  /** Order within the run, from 1. */
  seq: number;
  agent: string;
  agent_version: string;
  model_id: string;
  action_type: string;
  input: JsonObject;
  before: JsonValue;
  /** Whom the agent served. */
  customer: string;
  agent_said_before: string;
  result: { status: 'executed' | 'failed'; detail: JsonValue };
  /** The ground truth: whether this was the right thing to do. */
  matches_expected: boolean;
}

const TEXTS = ['run_id', 'agent', 'agent_version', 'model_id', 'action_type', 'customer', 'agent_said_before'];

function faultOf(record: JsonObject): string | null {
  const missing = TEXTS.find((name) => typeof record[name] !== 'string');
  if (missing !== undefined) return `"${missing}" must be text`;
  if (!Number.isInteger(record['seq'])) return '"seq" must be a whole number';
  if (typeof record['input'] !== 'object' || record['input'] === null) return '"input" must be an object';
  if (typeof record['matches_expected'] !== 'boolean') return '"matches_expected" must be true or false';
  const { status } = (record['result'] ?? {}) as JsonObject;
  return status === 'executed' || status === 'failed' ? null : '"result.status" must be executed or failed';
}

function parseLine(line: string, number: number): RecordedAction {
  let record: JsonValue;
  try {
    record = parseJson(line);
  } catch (error) {
    if (error instanceof JsonError) throw refused(`Line ${number}: ${error.message} (at "${error.pointer}")`);
    throw error;
  }
  const fault = typeof record === 'object' && record !== null ? faultOf(record as JsonObject) : 'not an object';
  if (fault !== null) throw refused(`Line ${number}: ${fault}.`);
  return record as JsonObject as unknown as RecordedAction;
}

/** @throws CommandError naming the line that is no recorded action */
export function parseRecords(text: string): RecordedAction[] {
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  return lines.filter(({ line }) => line.trim() !== '').map(({ line, number }) => parseLine(line, number));
}

/** The idempotency key: a second replay proposes the same actions. */
export const keyOf = ({ run_id, seq }: RecordedAction): string => `${run_id}/${seq}`;

/** `harmless` when right, `harmful` when wrong and executed; a wrong one that failed harmed nobody and proves nothing. */
export function labelOf({ matches_expected, result }: RecordedAction): 'harmful' | 'harmless' | null {
  if (matches_expected) return 'harmless';
  return result.status === 'executed' ? 'harmful' : null;
}
