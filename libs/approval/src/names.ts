import { foldText } from '@countersign/canonical';

/** What a name goes on with; anything else ends it, so `ann.lee` is not `ann`, and `user:ann`, `users/ann` and `ann@acme` are. */
const GOES_ON = /[\p{L}\p{N}._-]/u;
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
    if (!goesOn(whole.slice(0, at).slice(-1)) && !goesOn(whole.slice(at + name.length, at + name.length + 1)))
      return true;
  return false;
}

const goesOn = (character: string): boolean => GOES_ON.test(character);
