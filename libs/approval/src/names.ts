import { foldText } from '@countersign/canonical';

/** With what a name goes on behind its last character, so `ann.lee` and `anna` are not `ann`, and `ann@acme` and `ann_` are. */
const GOES_ON = /^[._-]*[\p{L}\p{N}]/u;
/** What belongs to a name in front of its first character, so `joann` is not `ann`, and `user:ann`, `user.ann` and `user_ann` are. */
const BEGAN = /[\p{L}\p{N}]$/u;
const ENCODED = /%([0-9a-f]{2})/gi;
const decoded = (text: string): string =>
  text.replace(ENCODED, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/**
 * Whether a text that an agent or an operator wrote may mean this person. The form that identifies somebody is their
 * subject; whoever spells it otherwise (another case, look-alike letters, a prefix of any depth) means the same person,
 * because a wrong yes costs one reviewer and a wrong no a separation of duties.
 */
export function names(text: string, subject: string): boolean {
  if (text === subject) return true;
  const [whole, name] = [foldText(decoded(text)), foldText(subject)];
  if (name === '') return false;
  for (let at = whole.indexOf(name); at >= 0; at = whole.indexOf(name, at + 1))
    if (!BEGAN.test(whole.slice(0, at)) && !GOES_ON.test(whole.slice(at + name.length))) return true;
  return false;
}
