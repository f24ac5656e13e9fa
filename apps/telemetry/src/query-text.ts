import { CountersignError, parseTime } from '@countersign/canonical';

/** A query string as it was parsed; a repeated name is a list. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

const refuse = (name: string, detail: string): CountersignError =>
  new CountersignError('invalid_request', `${name} ${detail}`, { pointer: `/${name}` });

/** A name that nobody reads would answer another question than the one asked. @throws CountersignError `invalid_request` */
export function onlyNames(query: Query, names: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !names.includes(name));
  if (unknown !== undefined) throw refuse(unknown, `is not a parameter here; known are ${names.join(', ')}`);
}

/** @returns '' when the parameter is absent @throws CountersignError `invalid_request` when it is given twice */
export function textOf(query: Query, name: string): string {
  const value = query[name] ?? '';
  if (typeof value !== 'string') throw refuse(name, 'is given more than once');
  return value;
}

/** @returns '' when the parameter is absent @throws CountersignError `invalid_request` when it is none of the values */
export function oneOf(query: Query, name: string, values: readonly string[]): string {
  const text = textOf(query, name);
  if (text !== '' && !values.includes(text)) throw refuse(name, `is none of ${values.join(', ')}`);
  return text;
}

/** A date as metrics name days. @returns '' when the parameter is absent @throws CountersignError `invalid_request` */
export function dayOf(query: Query, name: string): string {
  const text = textOf(query, name);
  if (text !== '' && (!/^\d{4}-\d{2}-\d{2}$/.test(text) || parseTime(`${text}T00:00:00Z`) === null))
    throw refuse(name, 'is not a date that exists, such as 2026-06-19');
  return text;
}

/** @returns '' when the parameter is absent @throws CountersignError `invalid_request` when it is no version's number */
export function versionOf(query: Query, name: string): string {
  const text = textOf(query, name);
  if (text !== '' && !/^[1-9]\d{0,8}$/.test(text)) throw refuse(name, 'is not a whole number, 1 or more');
  return text;
}

/** The engine's times lie between these two; a bound outside of 1970 to 2262 means "since ever" or "for ever". */
export const [FIRST, LAST] = [new Date(0), new Date('2299-01-01T00:00:00.000Z')];
const FOR_EVER_MS = Date.parse('2262-01-01T00:00:00.000Z');

const bounded = (ms: number): Date => (ms < 0 ? FIRST : ms >= FOR_EVER_MS ? LAST : new Date(ms));

/** Seconds may be left out, and a date is its first moment in UTC. */
const completed = (text: string): string => {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return `${text}T00:00:00Z`;
  return text.replace(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/, '$1:00$2');
};

/** RFC 3339 with a zone, or a date, kept within the engine's times. @throws CountersignError `invalid_request` */
export function timeOf(query: Query, name: string, fallback: Date): Date {
  const text = textOf(query, name);
  if (text === '') return fallback;
  const ms = parseTime(completed(text));
  if (ms === null) throw refuse(name, 'is not a time that exists, such as 2026-06-19T12:00:00.000Z');
  return bounded(ms);
}

/** @throws CountersignError `invalid_request` when it is not a whole number in 1..max */
export function limitOf(query: Query, fallback: number, max: number): number {
  const text = textOf(query, 'limit');
  const limit = text === '' ? fallback : Number(text);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > max)
    throw refuse('limit', `is not a whole number from 1 to ${max}`);
  return limit;
}

/** Where a page ended: a time and an id, in the order of the page. */
export interface PageEnd {
  readonly time: Date;
  readonly id: string;
}

export const cursorAt = ({ time, id }: PageEnd): string =>
  Buffer.from(JSON.stringify([time.toISOString(), id])).toString('base64url');

/** @returns null on the first page @throws CountersignError `invalid_request` when no page gave this cursor */
export function cursorOf(query: Query): PageEnd | null {
  const text = textOf(query, 'cursor');
  if (text === '') return null;
  try {
    const [time, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [string, string];
    const end = { time: bounded(parseTime(time) ?? NaN), id };
    if (typeof id === 'string' && cursorAt(end) === text) return end;
  } catch {
    // Not ours; said below.
  }
  throw refuse('cursor', 'is not the next_cursor of a page');
}
