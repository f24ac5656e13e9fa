import { CountersignError, parseJson, JsonError } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { ActionSubmitted, OutcomeReported } from '@countersign/events';
import { jsonProblem } from '@countersign/service';
import type { JsonObject } from './action-body.js';

// The members sit one level deep in the body that HTTP takes, whose limit is 32.
const MAX_MEMBER_DEPTH = 31;
const JSON_MEMBERS = [
  'agent',
  'model',
  'parameters',
  'before',
  'after',
  'signals',
  'context',
  'preconditions',
] as const;
const PLAIN_MEMBERS = [
  'run_id',
  'action_type',
  'environment',
  'on_behalf_of',
  'target',
  'rationale',
  'confidence',
  'supersedes',
  'reverses',
  'respond_within_s',
  'attestations',
] as const;

/**
 * The body that the same proposal has over HTTP, so that one validation serves both doors.
 * @throws CountersignError `malformed` or `too_deep` with a pointer into the body
 */
export function actionBodyOf(submitted: ActionSubmitted): JsonObject {
  const parsed = JSON_MEMBERS.map((member) => [member, parseMember(submitted[member], `/${member}`)] as const);
  const plain = PLAIN_MEMBERS.map((member) => [member, submitted[member]] as const);
  return Object.fromEntries([...parsed, ...plain]);
}

/** @throws CountersignError `malformed` or `too_deep` with a pointer into the body */
export function outcomeBodyOf(reported: OutcomeReported): JsonObject {
  return {
    status: reported.status,
    result: parseMember(reported.result, '/result'),
    post_checks: parseMember(reported.post_checks, '/post_checks'),
    occurred_at: reported.occurred_at === null ? null : isoTime(reported.occurred_at),
  };
}

function parseMember(text: string | null, pointer: string): JsonValue {
  if (text === null) return null;
  try {
    return parseJson(text, { maxDepth: MAX_MEMBER_DEPTH });
  } catch (error) {
    throw error instanceof JsonError
      ? jsonProblem(new JsonError(error.code, pointer + error.pointer, error.message))
      : error;
  }
}

function isoTime(epochMs: number): string {
  const time = new Date(epochMs);
  if (Number.isNaN(time.getTime()))
    throw new CountersignError('invalid_action', 'not a time', { pointer: '/occurred_at' });
  return time.toISOString();
}
