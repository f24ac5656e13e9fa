import { piecesOf } from '@countersign/canonical';

/** Markup that is safe to send. Only `html` makes it. */
export class Html {
  constructor(readonly text: string) {}
}

/** Text for places that hold no elements: a text field, an option. It is escaped, and nothing else. */
export const plain = (text: string): Html => new Html(escaped(text));

const IN_ATTRIBUTE = /="[^"<>]*$/;

type Part = Html | string | number | null | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** Text as markup: special characters are escaped; what is hidden or looks like something else has a mark of ours. */
export const escapeHtml = (text: string): string =>
  piecesOf(text)
    .map((piece) => (piece.is === 'sign' ? `<mark>⟦${escaped(piece.text)}⟧</mark>` : escaped(piece.text)))
    .join('');

function render(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(render).join('');
  return escapeHtml(String(part));
}

const drawn = (before: string, part: Part): string =>
  IN_ATTRIBUTE.test(before) && (typeof part === 'string' || typeof part === 'number')
    ? escaped(String(part))
    : render(part);

/** Template tag: every value that is not markup already is escaped. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.reduce((text, string, at) => text + drawn(strings[at - 1] ?? '', parts[at - 1] ?? null) + string));
