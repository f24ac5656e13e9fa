import { GLASS_REASON_MIN } from '@countersign/approval';
import { canonicalize, CountersignError, JsonError, parseJson, parseTime, seenLength } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { GlassBody } from '../http/break-glass.js';
import type { CustodyWish } from '../http/custody.js';
import type { ReleaseCall } from '../http/releases.js';
import type { Form } from './page-sessions.js';

/** What forms of the packet page ask for, as the routes' bodies. A form that says too little is refused in words. */

type Members = { readonly [name: string]: JsonValue };

const refuse = (detail: string): CountersignError => new CountersignError('invalid_request', detail);
const textOf = (form: Form, field: string): string | null => form[field]?.trim() || null;

/**
 * The body of a vote. Parameters that were changed go with `approve_with_changes` alone: an approval must not release
 * what the person has just crossed out.
 * @param current parameters of the version on the table
 * @throws CountersignError `invalid_request`
 */
export function voteOf(form: Form, current: JsonValue): JsonValue {
  const { vote = null, packet_digest = null } = form;
  const body = { vote, packet_digest, reason: reasonIn(form) };
  const typed = textOf(form, 'parameters');
  if (vote === 'approve_with_changes') return { ...body, parameters: changed(typed ?? '', current) };
  if (vote === 'approve' && typed !== null && !isUnchanged(typed, current))
    throw refuse(
      'You changed the parameters and pressed Approve. Put them back, or press “Approve with these changes”.',
    );
  return body;
}

/** The reason that was chosen, with what was written beside it. */
function reasonIn(form: Form): string | null {
  const said = [textOf(form, 'preset'), textOf(form, 'reason')].filter((part) => part !== null);
  return said.length === 0 ? null : said.join(': ');
}

function changed(typed: string, current: JsonValue): Members {
  const parameters = parametersIn(typed);
  if (canonicalize(parameters) === canonicalize(current))
    throw refuse('The parameters are as proposed. Change one of them, or press Approve.');
  return parameters;
}

function isUnchanged(typed: string, current: JsonValue): boolean {
  try {
    return canonicalize(parseJson(typed)) === canonicalize(current);
  } catch {
    return false;
  }
}

function parametersIn(typed: string): Members {
  try {
    const value = parseJson(typed);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    if (error instanceof JsonError) throw refuse(`The parameters are no valid JSON${at(error)}: ${error.message}.`);
    throw error;
  }
  throw refuse('The parameters have to be a JSON object, with all members that the action shall have.');
}

const at = ({ pointer }: JsonError): string => (pointer === '' ? '' : ` at ${pointer}`);

/** @throws CountersignError `invalid_request` */
export function releaseOf(form: Form): ReleaseCall['wish'] {
  const reason = textOf(form, 'reason');
  if (form['verb'] === 'recall') return { recall: true, release_at: null, reason };
  return { recall: false, release_at: timeIn(textOf(form, 'release_at')), reason };
}

/** Browsers send `2026-06-19T09:00`; the page says that it is UTC. */
function timeIn(typed: string | null): number | null {
  if (typed === null) return null;
  const time = parseTime(`${/T\d\d:\d\d$/.test(typed) ? `${typed}:00` : typed}Z`);
  if (time === null) throw refuse('Write the time as 2026-06-19T09:00, in UTC, or leave it empty to release now.');
  return time;
}

/** @throws CountersignError `invalid_request` */
export function custodyOf(form: Form): CustodyWish {
  const { verb } = form;
  if (verb === 'claim' || verb === 'release') return { verb };
  const text = textOf(form, 'text');
  if (text === null) throw refuse('Write a few words in the field first, then press again.');
  if (verb === 'comment') return { verb, text };
  if (verb === 'recuse' || verb === 'escalate') return { verb, reason: text };
  if (verb !== 'reassign') throw refuse('This page has no such button. Open it again.');
  const to_subject = textOf(form, 'to_subject');
  if (to_subject === null) throw refuse('Say to whom: the subject of a person, as the roster names them.');
  return { verb, to_subject, reason: text };
}

/** @throws CountersignError `invalid_request` */
export function glassOf(form: Form): GlassBody {
  const reason = textOf(form, 'emergency') ?? '';
  if (seenLength(reason, GLASS_REASON_MIN) < GLASS_REASON_MIN)
    throw refuse(`Say what the emergency is, in at least ${GLASS_REASON_MIN} characters.`);
  return { packet_digest: form['packet_digest'] ?? '', reason };
}
