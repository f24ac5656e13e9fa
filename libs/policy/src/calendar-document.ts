import { z } from 'zod';

const HOURS = /^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/;
const ZONE = /^(UTC|[A-Za-z_]+(\/[A-Za-z0-9_+-]+){1,2})$/;

function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Days of a month that has them: 2026-02-30 is refused. */
const isDate = (text: string): boolean => {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

const span = z
  .string()
  .regex(HOURS, 'expected hours such as "09:00-17:00"')
  .refine((text) => text.slice(0, 5) < text.slice(6), 'expected an end that is later than the beginning');
const inOrder = (spans: readonly string[]): boolean =>
  spans.every((one, index) => index === 0 || (spans[index - 1] ?? '').slice(6) <= one.slice(0, 5));
const day = z
  .union([span, z.array(span).min(1).max(10).refine(inOrder, 'expected hours in order, without overlap')])
  .transform((hours) => [hours].flat())
  .optional()
  .describe('"09:00-17:00", or several spans in order.');

/** When people work. */
export const calendar = z.strictObject({
  time_zone: z
    .string()
    .regex(ZONE, 'expected a time zone such as Europe/Berlin')
    .refine(isZone, 'expected a known time zone, such as Europe/Berlin')
    .describe('IANA time zone, such as Europe/Berlin. Clock changes are taken into account.'),
  hours: z
    .strictObject({ mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day })
    .refine((days) => Object.values(days).some((one) => one !== undefined), 'expected hours of at least one day')
    .describe('Working hours by day: "09:00-17:00", or a list of such. A day that is left out is free.'),
  holidays: z
    .array(
      z
        .string()
        .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 'expected a date such as "2026-12-25"')
        .refine(isDate, 'expected a date of the calendar'),
    )
    .max(1_000)
    .default([])
    .describe('Free dates in the time zone of the calendar.'),
});

export type CalendarDeclaration = z.infer<typeof calendar>;
