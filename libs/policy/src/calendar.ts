import type { CalendarDeclaration } from './calendar-document.js';

/** Working hours of people in a time zone. */
export interface CompiledCalendar {
  readonly name: string;
  /**
   * Real seconds from an instant until so much working time has passed; the horizon when there is less working time in it.
   * @param startMs epoch milliseconds
   * @param workingSeconds 1 or more
   */
  readonly realSeconds: (startMs: number, workingSeconds: number) => number;
}

/** A working span, epoch milliseconds; the end does not belong to it. */
type Span = readonly [from: number, to: number];

const DAY_MS = 86_400_000;
/** How far is looked ahead. */
const HORIZON_MS = 31 * DAY_MS;
/** Days whose spans are kept; an instance meets few. */
const MAX_KEPT = 400;
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** The wall clock of a time zone at an instant, written as if it were UTC, epoch milliseconds. */
function wallClockOf(timeZone: string): (ms: number) => number {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { ...numeric, second: 'numeric', hourCycle: 'h23', timeZone });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'));
  };
}

/**
 * The instant at which a wall clock shows a time: the first where it shows it twice, and where the clock jumps over it
 * the instant that is as long after the jump.
 */
function instantOf(wallClock: (ms: number) => number, wall: number): number {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((ms) => wallClock(ms) - ms);
  const [before = 0] = offsets;
  const hits = offsets.map((offset) => wall - offset).filter((ms) => wallClock(ms) === wall);
  return hits.length > 0 ? Math.min(...hits) : wall - before;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** The working spans of a day, given as midnight of its wall clock. Days that were asked for are kept. */
function spansOf({ hours, holidays }: CalendarDeclaration, wallClock: (ms: number) => number): (day: number) => Span[] {
  const kept = new Map<number, Span[]>();
  const free = new Set(holidays);
  const at = (day: number, time: string): number => instantOf(wallClock, day + minutesOf(time) * 60_000);
  const spans = (day: number): Span[] => {
    const date = new Date(day);
    const name = WEEKDAYS[date.getUTCDay()];
    if (name === undefined || free.has(date.toISOString().slice(0, 10))) return [];
    return (hours[name] ?? []).map((span) => [at(day, span.slice(0, 5)), at(day, span.slice(6))]);
  };
  return (day) => {
    const known = kept.get(day) ?? spans(day);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(day, known);
    return known;
  };
}

export function compileCalendar(name: string, declaration: CalendarDeclaration): CompiledCalendar {
  const wallClock = wallClockOf(declaration.time_zone);
  const spansOn = spansOf(declaration, wallClock);
  const realSeconds = (startMs: number, workingSeconds: number): number => {
    // Yesterday of UTC is today or earlier in every zone; what lies before the start counts nothing.
    const first = Math.floor(startMs / DAY_MS) * DAY_MS - DAY_MS;
    let leftMs = workingSeconds * 1_000;
    for (let day = first; day < startMs + HORIZON_MS + DAY_MS; day += DAY_MS) {
      for (const [from, to] of spansOn(day)) {
        const begin = Math.max(from, startMs);
        if (to - begin >= leftMs) return Math.min(Math.ceil((begin + leftMs - startMs) / 1_000), HORIZON_MS / 1_000);
        leftMs -= Math.max(to - begin, 0);
      }
    }
    return HORIZON_MS / 1_000;
  };
  return { name, realSeconds };
}
