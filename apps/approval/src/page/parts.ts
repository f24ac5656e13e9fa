import type { Cut, Entry, Named, Piece, Section, Shown } from '@countersign/canonical';
import { cut, inText, runsOf, showName } from '@countersign/canonical';
import { html, plain } from './html.js';
import type { Html } from './html.js';

const BRIEF = 80;

/** A sign of ours. It is an element, and no text of others can be one. */
const mark = (text: string): Html => html`<mark>⟦${plain(text)}⟧</mark>`;

/** Each run of one direction is drawn by itself, so that nothing moves past anything else. */
function runs(text: string): Html[] {
  const all = runsOf(text);
  if (!all.some(({ rightToLeft }) => rightToLeft)) return [plain(text)];
  return all.map((run) => html`<bdi dir="${run.rightToLeft ? 'rtl' : 'ltr'}">${plain(run.text)}</bdi>`);
}

const piece = ({ is, text }: Piece): Html | Html[] => (is === 'sign' ? mark(text) : runs(text));

/** A text of others between quotes; what would push others away is folded, with its count. */
export const quote = ({ head, rest, folded, left }: Cut): Html =>
  html`<span class="text">"${head.map(piece)}${folded === 0 ? null : html`<details><summary>${folded} more characters</summary>${rest.map(piece)}</details>`}${left === 0 ? null : mark(`${left} more characters, in the JSON of the API`)}"</span>`;

/** A text of others in few characters, for a row of a table or a heading; the rest is counted. */
export function brief(text: string, most = BRIEF): Html {
  const { head, folded, left } = cut(text, most);
  return html`<span class="text">"${head.map(piece)}${folded + left === 0 ? null : mark(`${folded + left} more characters`)}"</span>`;
}

const nested = (rows: readonly Named[]): Html[] =>
  rows.map(({ name, value }) => html`<tr><th scope="row">${quote(name)}</th><td>${draw(value)}</td></tr>`);
const fold = (count: number, rest: Html): Html | null =>
  count === 0 ? null : html`<details><summary>${count} more</summary>${rest}</details>`;
const beyond = (left: number): Html | null => (left === 0 ? null : mark(`${left} more, in the JSON of the API`));

/** A value as markup: its type is visible, names and texts of others are quoted. */
export function draw(shown: Shown): Html {
  switch (shown.is) {
    case 'text':
      return quote(shown.text);
    case 'money':
      return html`<span class="money">${shown.value} ${shown.isCode ? shown.currency.head.map(piece) : quote(shown.currency)}</span>`;
    case 'hashed':
      return html`<mark>(hidden: keyed hash)${shown.digits && ` ${shown.digits}`}</mark>`;
    case 'list':
      return shown.items.length + shown.left === 0
        ? word('empty list')
        : html`<ol class="list">${shown.items.map(item)}</ol>${fold(shown.rest.length, html`<ol class="list" start="${shown.items.length + 1}">${shown.rest.map(item)}</ol>`)}${beyond(shown.left)}`;
    case 'members':
      return shown.members.length + shown.left === 0
        ? word('no members')
        : html`<table class="members"><tbody>${nested(shown.members)}</tbody></table>${fold(shown.rest.length, html`<table class="members"><tbody>${nested(shown.rest)}</tbody></table>`)}${beyond(shown.left)}`;
    default:
      return word(inText(shown), shown.is);
  }
}

/** A name without quotes where it is one, and quoted where it is another text. */
export const known = (text: string): Html => {
  const shown = showName(text);
  return shown.is === 'word' ? plain(shown.word) : brief(text);
};

const item = (shown: Shown): Html => html`<li>${draw(shown)}</li>`;
const word = (text: string, kind = 'word'): Html => html`<span class="${kind}">${text}</span>`;

const fact = (entry: Entry): Html | null =>
  entry.is === 'fact' ? html`<dt>${entry.label}</dt><dd>${draw(entry.value)}</dd>` : null;

function change(entry: Entry): Html | null {
  if (entry.is === 'fact') return null;
  const [before, after] = [draw(entry.before), draw(entry.after)];
  const sides = entry.same
    ? html`<td>${before}</td><td>${after}</td>`
    : html`<td><del>${before}</del></td><td><ins>${after}</ins></td>`;
  return html`<tr><th scope="row">${quote(entry.name)}</th>${sides}</tr>`;
}

/** One section of a packet: facts under labels of ours, then what changes member by member. */
export function drawSection({ title, untrusted, folded, entries }: Section): Html {
  const changes = entries.map(change).filter((row) => row !== null);
  const body = html`<dl>${entries.map(fact)}</dl>${changes.length === 0 ? null : html`<table class="changes"><thead><tr><th>Member</th><th>Before</th><th>After</th></tr></thead><tbody>${changes}</tbody></table>`}`;
  const look = untrusted ? 'untrusted' : '';
  return folded
    ? html`<section class="${look}"><details><summary>${title}</summary>${body}</details></section>`
    : html`<section class="${look}"><h2>${title}</h2>${body}</section>`;
}
