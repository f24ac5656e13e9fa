/** Names that policies and agents share (`action_type`, signals): nothing that looks like another one is a name. */
export const NAME = /^[a-z][a-z0-9_.-]{0,63}$/;
export const NAME_RULE = 'a lower-case letter, then at most 63 of lower-case letters, digits, `_`, `.` and `-`';

/** Code points of an id or label. */
export const MAX_LABEL = 256;
/** Code points of a `target`. */
export const MAX_TARGET = 2_000;

// What nobody sees, or sees as something else: category C (control, format, private use, unassigned), what Unicode says
// to ignore, and every separator but single spaces between words.
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}]|(?! )\p{Z}/u;
const OUTER_OR_DOUBLE = /^ | $| {2}/;

export const isName = (text: string): boolean => NAME.test(text);

/**
 * What is wrong with an id or label, in a sentence; null when nothing is.
 * @param max code points, 1 or more
 */
export function labelFault(text: string, max: number = MAX_LABEL): string | null {
  if (text === '') return 'expected at least one character';
  // A code point is one or two UTF-16 units, so most texts need not be counted.
  if (text.length > max && (text.length > 2 * max || [...text].length > max))
    return `expected at most ${max} characters`;
  if (UNSEEN.test(text)) return 'expected characters that can be seen: no controls, line ends or hidden characters';
  return OUTER_OR_DOUBLE.test(text) ? 'expected single spaces, and none at either end' : null;
}
