const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** How far a clock may be off before a time that is stated by it is refused, milliseconds. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * An RFC 3339 time as UTC epoch milliseconds (digits beyond them are cut off), or null for anything else: a text of
 * another form, a time without an offset, and a date or time of day that does not exist, such as February 30.
 */
export function parseTime(text: unknown): number | null {
  const found = typeof text === 'string' ? RFC3339.exec(text) : null;
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const offsetMinutes = offsetOf(found[8], found[9], found[10]);
  if (offsetMinutes === null) return null;
  const fraction = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3));
  // Not Date.UTC, which takes the years 0 to 99 for those of the last century.
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute - offsetMinutes, second, fraction);
  return time.getTime();
}

function offsetOf(sign: string | undefined, hours: string | undefined, minutes: string | undefined): number | null {
  if (sign === undefined) return 0;
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (hour > 23 || minute > 59) return null;
  return (sign === '-' ? -1 : 1) * (hour * 60 + minute);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
