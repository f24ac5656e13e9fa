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
}

const HEAD_CHARACTERS = 200;
const HEAD_LINES = 5;
const REST_CHARACTERS = 10_000;
const NAME_CHARACTERS = 60;
const HEAD_ITEMS = 20;
const REST_ITEMS = 500;
const HASH = /^hmac-sha256:[^:]*:([0-9a-f]{64})$/;
/** The first digits of a hash stay, so that people see which values are the same and which changed. */
const DIGITS = 8;

/** Quotes and backslashes within a quoted text are escaped as in JSON, so that it ends where it ends. */
const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&');

/** @param most characters that are shown at once, 1 or more */
export function cut(text: string, most = HEAD_CHARACTERS): Cut {
  const lines = text.split('\n', HEAD_LINES + 1);
  const byLines = lines.length > HEAD_LINES ? lines.slice(0, HEAD_LINES).join('\n').length : text.length;
  const at = whole(text, Math.min(most, byLines));
  const end = whole(text, at + REST_CHARACTERS);
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

/** The tree of a value; `undefined` is a member that is not there. */
export function show(value: JsonValue | undefined, options: ShowOptions = {}): Shown {
  if (value === undefined) return { is: 'absent' };
  if (value === null || typeof value === 'boolean') return { is: 'word', word: `${value}` };
  if (typeof value === 'number') return { is: 'number', text: String(value) };
  if (typeof value === 'string') return isHidden(options) ? hashed(value) : { is: 'text', text: cut(value) };
  const money = parseMoney(value);
  if (money !== null) return moneyOf(money.value, money.currency);
  return Array.isArray(value) ? listOf(value, options) : membersOf(value, options);
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

function listOf(value: readonly JsonValue[], { at = '', hidden }: ShowOptions): Shown {
  const shown = value
    .slice(0, HEAD_ITEMS + REST_ITEMS)
    .map((item, index) => show(item, { at: `${at}/${index}`, hidden }));
  return { is: 'list', ...folded(shown), left: value.length - shown.length };
}

const folded = <T>(all: readonly T[]): { items: readonly T[]; rest: readonly T[] } => ({
  items: all.slice(0, HEAD_ITEMS),
  rest: all.slice(HEAD_ITEMS),
});

function membersOf(value: { readonly [name: string]: JsonValue }, { at = '', hidden }: ShowOptions): Shown {
  const entries = Object.entries(value);
  const { items, rest } = folded(
    entries.slice(0, HEAD_ITEMS + REST_ITEMS).map(([name, item]) => ({
      name: nameOf(name),
      value: show(item, { at: pointerTo(at, name), hidden }),
    })),
  );
  return { is: 'members', members: items, rest, left: Math.max(0, entries.length - HEAD_ITEMS - REST_ITEMS) };
}

/** The name of a member: always quoted, so that it reads like no label of ours. */
export const nameOf = (name: string): Cut => cut(name, NAME_CHARACTERS);
