import { codeOf } from '../characters/sign.js';
import type { Piece } from '../characters/signs.js';
import type { Cut, Named, Shown } from './shown.js';

const LINE_ENDS = /[\t\n\r]/gu;
const sign = (text: string): string => `⟦${text}⟧`;
const pieces = (all: readonly Piece[]): string =>
  all
    .map(({ is, text }) => (is === 'sign' ? sign(text) : text.replace(LINE_ENDS, (one) => sign(codeOf(one)))))
    .join('');

/** In one line, quoted. What is folded on a page is counted here. */
const cutText = ({ head, folded, left }: Cut): string => {
  const more = folded + left;
  return `"${pieces(head)}"${more > 0 ? sign(`${more} more characters`) : ''}`;
};

const more = (count: number): string[] => (count > 0 ? [sign(`${count} more`)] : []);
const member = ({ name, value }: Named): string => `${cutText(name)}: ${inText(value)}`;

/** A value in one line of plain text: signs of ours stand in ⟦ ⟧, which no value can spell. */
export function inText(shown: Shown): string {
  switch (shown.is) {
    case 'absent':
      return '–';
    case 'word':
      return shown.word;
    case 'number':
      return shown.text;
    case 'money':
      return `${shown.value} ${shown.isCode ? pieces(shown.currency.head) : cutText(shown.currency)}`;
    case 'hashed':
      return sign(shown.digits === null ? 'keyed hash' : `keyed hash ${shown.digits}`);
    case 'text':
      return cutText(shown.text);
    case 'list':
      return `[${[...shown.items.map(inText), ...more(shown.rest.length + shown.left)].join(', ')}]`;
    case 'members':
      return `{${[...shown.members.map(member), ...more(shown.rest.length + shown.left)].join(', ')}}`;
  }
}

/** The same in lines, a member each. */
export function inLines(shown: Shown, indent = ''): string[] {
  if (shown.is !== 'members' || shown.members.length === 0) return [`${indent}${inText(shown)}`];
  const lines = shown.members.flatMap(({ name, value }) =>
    value.is === 'members' && value.members.length > 0
      ? [`${indent}${cutText(name)}:`, ...inLines(value, `${indent}  `)]
      : [`${indent}${cutText(name)}: ${inText(value)}`],
  );
  return [...lines, ...more(shown.rest.length + shown.left).map((text) => `${indent}${text}`)];
}
