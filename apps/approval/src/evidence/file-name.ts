import { withoutHidden } from '@countersign/canonical';

const MAX_LENGTH = 200;
// What no file system wants in a name, and shells and pages read as something else.
const SPECIAL = /[<>:"|?*\\/]/g;

/**
 * A file name as it is kept and shown: the last part of a path, in NFC, without hidden characters, at most 200 long with
 * its ending kept.
 */
export function cleanName(given: string): string {
  const last = withoutHidden(given.normalize('NFC')).split(/[\\/]/).at(-1) ?? '';
  const plain = last
    .replace(SPECIAL, '_')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '');
  if (plain === '') return 'attachment';
  const characters = [...plain];
  if (plain.length <= MAX_LENGTH) return plain;
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(plain)?.[0] ?? '';
  return shortened(characters, MAX_LENGTH - ending.length).replace(/[. ]+$/, '') + ending;
}

/** Whole characters only: half of a pair is no text. */
function shortened(characters: readonly string[], length: number): string {
  let text = '';
  for (const character of characters) {
    if (text.length + character.length > length) break;
    text += character;
  }
  return text;
}

/** RFC 6266, with the plain name for old programs and the whole one for others (RFC 8187). */
export function dispositionOf(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._ -]/g, '_');
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
