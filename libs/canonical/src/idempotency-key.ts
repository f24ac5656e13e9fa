import { CountersignError } from './problem.js';

export const MAX_KEY_CHARACTERS = 255;

/** What a key is made of: visible ASCII but the quotation mark, which begins and ends a key that is quoted. */
const PLAIN = /^[\x21\x23-\x7e]{1,255}$/;
const KEY = /^[\x21-\x7e]{1,255}$/;
/** RFC 8941, section 3.3.3. */
const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/;

/**
 * The idempotency key that a caller states, the same at every door: as it is, or between quotation marks, where it is
 * read as a string of RFC 8941. Two spellings of one key name one action.
 * @param pointer where it stands, RFC 6901
 * @throws CountersignError `malformed` for anything but 1 to 255 characters from `!` to `~`
 */
export function idempotencyKeyOf(stated: unknown, pointer: string): string {
  if (stated === undefined || stated === null || stated === '')
    throw refused('an idempotency key is missing; the same key makes a retry safe', pointer);
  if (typeof stated !== 'string') throw refused('an idempotency key is text', pointer);
  if (PLAIN.test(stated)) return stated;
  const key = QUOTED.test(stated) ? stated.slice(1, -1).replace(/\\(["\\])/g, '$1') : '';
  if (KEY.test(key)) return key;
  throw refused(
    `an idempotency key has 1 to ${MAX_KEY_CHARACTERS} characters from "!" to "~", and no quotation mark unless it is quoted`,
    pointer,
  );
}

/** The refusal of a key that its caller used for another body, the same at every door. */
export const otherBodyUnderKey = (): CountersignError =>
  new CountersignError(
    'duplicate_request',
    'this idempotency key was used for another body; take a new key for a new request',
  );

const refused = (detail: string, pointer: string): CountersignError =>
  new CountersignError('malformed', detail, { pointer });
