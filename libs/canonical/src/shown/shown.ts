import { pointerTo } from '../json.js';
import type { JsonValue } from '../json.js';
import { CURRENCIES } from '../currencies.js';
import { parseMoney } from '../money.js';
import { piecesOf } from '../characters/signs.js';
import type { Piece } from '../characters/signs.js';

/** A text of others, cut so that it pushes nothing else away: what is shown, what is folded, and how much is not here. */
export interface Cut {
  readonly head: readonly Piece[];
  readonly rest: readonly Piece[];
  /** Characters folded into `rest`. */
  readonly folded: number;
  /** Characters that are in neither: read them in the JSON. */
  readonly left: number;
}

export interface Named {
  readonly name: Cut;
  readonly value: Shown;
}

/** A value as a person is shown it: its type is always visible, and no value can be drawn as another one. */
export type Shown =
  | { readonly is: 'absent' }
  | { readonly is: 'word'; readonly word: string }
  | { readonly is: 'number'; readonly text: string }
  | { readonly is: 'money'; readonly value: string; readonly currency: Cut; readonly isCode: boolean }
  | { readonly is: 'hashed'; readonly digits: string | null }
  | { readonly is: 'text'; readonly text: Cut }
  | { readonly is: 'list'; readonly items: readonly Shown[]; readonly rest: readonly Shown[]; readonly left: number }
  | {
      readonly is: 'members';
      readonly members: readonly Named[];
      readonly rest: readonly Named[];
      readonly left: number;
    };

export interface ShowOptions {
  /** RFC 6901 pointer of the value within the action. */
  readonly at?: string;
  /** Pointers below which texts are keyed hashes. */
  readonly hidden?: readonly string[];
  /** Characters for which there is room, each value and each name counted with `PART` more. Default `ROOM`. */
  readonly room?: number;
}

/** What is shown of one value, however large: what is left out is counted. */
export const ROOM = 12_000;
const PART = 16;
/** Of a text for which there is no room; one of which nothing can be seen helps nobody. */
const LEAST_CHARACTERS = 16;
const HEAD_CHARACTERS = 200;
const HEAD_LINES = 5;
const REST_CHARACTERS = 10_000;
const NAME_CHARACTERS = 60;
const HEAD_ITEMS = 20;
const REST_ITEMS = 500;
/** Of a list, or of members, that are looked at one by one. */
export const MOST_MEMBERS = HEAD_ITEMS + REST_ITEMS;
const HASH = /^hmac-sha256:[^:]*:([0-9a-f]{64})$/;
/** The first digits of a hash stay, so that people see which values are the same and which changed. */
const DIGITS = 8;

/** Quotes and backslashes within a quoted text are escaped as in JSON, so that it ends where it ends. */
const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&');

/**
 * @param most characters that are shown at once, 1 or more
 * @param room characters of it for which there is room; a few are shown without any
 */
export function cut(text: string, most = HEAD_CHARACTERS, room = most + REST_CHARACTERS): Cut {
  const characters = Math.max(LEAST_CHARACTERS, room);
  const lines = text.slice(0, most + 1).split('\n', HEAD_LINES + 1);
  const byLines = lines.length > HEAD_LINES ? lines.slice(0, HEAD_LINES).join('\n').length : text.length;
  const at = whole(text, Math.min(most, byLines, characters));
  const end = whole(text, Math.max(at, Math.min(characters, at + REST_CHARACTERS)));
  return {
    head: piecesOf(quoted(text.slice(0, at))),
    rest: piecesOf(quoted(text.slice(at, end))),
    folded: end - at,
    left: text.length - end,
  };
}

/** Half of a pair is no character. */
const whole = (text: string, at: number): number =>
  at < text.length && /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : Math.min(at, text.length);

/** The tree of a value; `undefined` is a member that is not there. Its size is bounded, whatever the value is. */
export function show(value: JsonValue | undefined, options: ShowOptions = {}): Shown {
  if (value === undefined) return { is: 'absent' };
  if (value === null || typeof value === 'boolean') return { is: 'word', word: `${value}` };
  if (typeof value === 'number') return { is: 'number', text: String(value) };
  const { room = ROOM } = options;
  if (typeof value === 'string')
    return isHidden(options) ? hashed(value) : { is: 'text', text: cut(value, HEAD_CHARACTERS, room) };
  const money = parseMoney(value);
  if (money !== null) return moneyOf(money.value, money.currency);
  return Array.isArray(value) ? listOf(value, { ...options, room }) : membersOf(value, { ...options, room });
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:@+-]{0,99}$/;

/** A name of ours, of a policy or of a list that admits nothing else, without quotes; as any value where it is none. */
export const showName = (value: JsonValue | undefined): Shown =>
  typeof value === 'string' && NAME.test(value) ? { is: 'word', word: value } : show(value);

const moneyOf = (value: string, currency: string): Shown => ({
  ...{ is: 'money', value, currency: cut(currency, NAME_CHARACTERS), isCode: CURRENCIES.has(currency) },
});

const isHidden = ({ at = '', hidden = [] }: ShowOptions): boolean =>
  hidden.some((pointer) => at === pointer || at.startsWith(`${pointer}/`));

const hashed = (value: string): Shown => ({ is: 'hashed', digits: HASH.exec(value)?.[1]?.slice(0, DIGITS) ?? null });

type Placed = ShowOptions & { readonly room: number };

/** How many of a list or of members are looked at: no more than there is room for. */
const fitting = (count: number, room: number): number => Math.min(count, MOST_MEMBERS, Math.floor(room / PART));

/** Characters that a value takes, or some number above `max` in time that `max` bounds. */
function needOf(value: JsonValue | undefined, max: number): number {
  if (typeof value === 'string') return PART + Math.min(value.length, HEAD_CHARACTERS + REST_CHARACTERS);
  if (typeof value !== 'object' || value === null) return PART;
  let need = PART;
  for (const name in value) {
    if (need > max) return need;
    const item = (value as { readonly [name: string]: JsonValue })[name];
    need += (Array.isArray(value) ? 0 : PART + name.length) + needOf(item, max - need);
  }
  return need;
}

/** One of many values takes no more than several even shares, so that nothing is looked at for nothing. */
const EVEN_SHARES = 8;
const atMost = (values: number, room: number): number => Math.min(room, (EVEN_SHARES * room) / Math.max(1, values));

/** Room for each of several values: what fits is shown whole, and what is large hides nothing of those beside it. */
function sharesOf(needs: readonly number[], room: number): number[] {
  const shares = needs.map(() => 0);
  const smallestFirst = [...needs.keys()].sort((a, b) => (needs[a] ?? 0) - (needs[b] ?? 0));
  let left = room;
  smallestFirst.forEach((at, done) => {
    const share = Math.min(needs[at] ?? 0, Math.floor(left / (needs.length - done)));
    shares[at] = share;
    left -= share;
  });
  return shares;
}

function listOf(value: readonly JsonValue[], { at = '', hidden, room }: Placed): Shown {
  const items = value.slice(0, fitting(value.length, room));
  const shares = sharesOf(
    items.map((item) => needOf(item, atMost(items.length, room))),
    room,
  );
  const shown = items.map((item, index) => show(item, { at: `${at}/${index}`, hidden, room: shares[index] ?? 0 }));
  return { is: 'list', ...folded(shown), left: value.length - items.length };
}

const folded = <T>(all: readonly T[]): { items: readonly T[]; rest: readonly T[] } => ({
  items: all.slice(0, HEAD_ITEMS),
  rest: all.slice(HEAD_ITEMS),
});

function membersOf(value: { readonly [name: string]: JsonValue }, { at = '', hidden, room }: Placed): Shown {
  const all = Object.keys(value);
  const names = all.slice(0, fitting(all.length, room));
  const shares = sharesOf(
    names.map((name) => PART + name.length + needOf(value[name], atMost(names.length, room))),
    room,
  );
  const { items, rest } = folded(
    names.map((name, index) => {
      const share = shares[index] ?? 0;
      const shown = nameOf(name, share);
      return {
        name: shown,
        value: show(value[name], { at: pointerTo(at, name), hidden, room: share - (name.length - shown.left) }),
      };
    }),
  );
  return { is: 'members', members: items, rest, left: all.length - names.length };
}

/** The name of a member: always quoted, so that it reads like no label of ours. */
export const nameOf = (name: string, room?: number): Cut => cut(name, NAME_CHARACTERS, room);
