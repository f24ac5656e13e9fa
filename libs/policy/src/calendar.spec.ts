import fc from 'fast-check';
import { compileCalendar } from './calendar.js';
import { calendar } from './calendar-document.js';
import { decide } from './decide.js';
import { loadPolicy } from './load-policy.js';

const HOUR = 3_600;
const week = (hours: string): Record<string, string> =>
  Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, hours]));
const compile = (time_zone: string, hours: object, holidays: string[] = []) =>
  compileCalendar('office', calendar.parse({ time_zone, hours, holidays }));
const berlin = compile('Europe/Berlin', week('09:00-17:00'), ['2026-12-25']);
/** The instant, as ISO text, at which so many working hours from another one are over. */
const due = (of: typeof berlin, from: string, hours: number): string =>
  new Date(Date.parse(from) + of.realSeconds(Date.parse(from), hours * HOUR) * 1_000).toISOString().slice(0, 16);

describe('a calendar', () => {
  it.each([
    ['within a day', '2026-11-18T09:00:00Z', 4, '2026-11-18T13:00'],
    ['before opening', '2026-11-18T03:00:00Z', 4, '2026-11-18T12:00'],
    ['until closing time', '2026-11-18T08:00:00Z', 8, '2026-11-18T16:00'],
    ['over night', '2026-11-18T14:00:00Z', 4, '2026-11-19T10:00'],
    ['over the weekend', '2026-11-20T15:00:00Z', 4, '2026-11-23T11:00'],
    ['from the weekend', '2026-11-21T12:00:00Z', 1, '2026-11-23T09:00'],
    ['over a holiday', '2026-12-24T15:00:00Z', 2, '2026-12-28T09:00'],
    ['over the clock change of spring', '2026-03-27T15:00:00Z', 4, '2026-03-30T10:00'],
    ['over the clock change of autumn', '2026-10-23T14:00:00Z', 4, '2026-10-26T11:00'],
    ['over a week', '2026-11-18T08:00:00Z', 40, '2026-11-24T16:00'],
  ])('counts %s', (_what, from, hours, wanted) => expect(due(berlin, from, hours)).toBe(wanted));

  it('counts the hours that a day with a clock change really has', () => {
    const always = compile('Europe/Berlin', { sun: '00:00-24:00' });
    expect(due(always, '2026-03-28T23:00:00Z', 23)).toBe('2026-03-29T22:00');
    expect(due(always, '2026-10-24T22:00:00Z', 25)).toBe('2026-10-25T23:00');
    expect(due(compile('Europe/Berlin', { sun: '02:30-04:00' }), '2026-03-28T12:00:00Z', 0.5)).toBe('2026-03-29T02:00');
    expect(due(compile('Europe/Berlin', { sun: '02:30-04:00' }), '2026-10-24T12:00:00Z', 0.5)).toBe('2026-10-25T01:00');
  });

  it.each([
    ['Asia/Kolkata', '2026-11-18T00:00:00Z', '2026-11-18T04:30'],
    ['America/New_York', '2026-11-18T00:00:00Z', '2026-11-18T15:00'],
    ['Pacific/Auckland', '2026-11-18T00:00:00Z', '2026-11-18T01:00'],
    ['UTC', '2026-11-18T00:00:00Z', '2026-11-18T10:00'],
  ])('knows when it is nine in %s', (zone, from, wanted) =>
    expect(due(compile(zone, week('09:00-17:00')), from, 1)).toBe(wanted),
  );

  it('takes a break between two spans', () => {
    const shop = compile('UTC', week('x').mon ? { mon: ['08:00-12:00', '13:00-17:00'] } : {});
    expect(due(shop, '2026-11-23T11:00:00Z', 2)).toBe('2026-11-23T14:00');
  });

  it('looks no further than a month', () => {
    expect(berlin.realSeconds(Date.parse('2026-11-18T08:00:00Z'), 10_000 * HOUR)).toBe(31 * 24 * HOUR);
  });

  it('agrees with a count minute by minute, in every zone', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');
    const start = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2026, 11, 1) / 60_000 });
    const format = (zone: string) =>
      new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone: zone });
    fc.assert(
      fc.property(zones, start, fc.integer({ min: 1, max: 600 }), (zone, from, minutes) => {
        const clock = format(zone);
        let [at, left] = [from, minutes];
        for (; left > 0; at += 1) {
          const [day = '', time = ''] = clock.format(at * 60_000).split(/,? /);
          if (!/S[au]/.test(day) && time >= '09:00' && time < '17:00') left -= 1;
        }
        expect(compile(zone, week('09:00-17:00')).realSeconds(from * 60_000, minutes * 60)).toBe((at - from) * 60);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['a zone that is not there', { time_zone: 'Europe/Atlantis' }],
    ['an offset instead of a zone', { time_zone: '+01:00' }],
    ['no hours at all', { hours: {} }],
    ['hours that end before they begin', { hours: { mon: '17:00-09:00' } }],
    ['hours that overlap', { hours: { mon: ['09:00-13:00', '12:00-17:00'] } }],
    ['a date that is not there', { holidays: ['2026-02-30'] }],
  ])('refuses %s', (_what, over) => {
    expect(calendar.safeParse({ time_zone: 'UTC', hours: week('09:00-17:00'), ...over }).success).toBe(false);
  });
});

describe('a gate with a calendar', () => {
  const POLICY = `name: office-hours
action_types: { pay: {} }
rules: [{ name: all, then: require_approval, gate: one }]
calendars: { office: { time_zone: Europe/Berlin, hours: { mon: "09:00-17:00", fri: "09:00-17:00" }, holidays: ["2026-11-23"] } }
gates: { one: { quorum: 1, roles: [r], sla: { respond: 4h, expire: 72h, escalate_to: [lead], calendar: office } } }
fallback: one
`;
  const { policy } = loadPolicy(POLICY, 'x');
  const nothing = { target: null, on_behalf_of: null, agent_version: 'v', model_id: 'm', confidence: null };
  const action = { ...nothing, parameters: {}, signals: null, before: null, after: null };
  const gateAt = (at_ms: number | null | undefined) =>
    decide({ policy: policy!, version: 1 }, { ...action, action_type: 'pay', environment: 'production', at_ms }).gate;

  it('is given the real seconds from the proposal, at most until the request expires', () => {
    expect(gateAt(Date.parse('2026-11-20T08:00:00Z'))).toMatchObject({ respond_s: 4 * HOUR, expire_s: 72 * HOUR });
    expect(gateAt(Date.parse('2026-11-20T07:00:00Z'))?.respond_s).toBe(5 * HOUR);
    expect(gateAt(Date.parse('2026-11-20T15:00:00Z'))?.respond_s).toBe(72 * HOUR);
  });

  it('counts working hours for reminders and the escalation too', () => {
    const friday = gateAt(Date.parse('2026-11-20T13:00:00Z'));
    expect(friday).toMatchObject({ remind_s: [2 * HOUR, 72 * HOUR], respond_s: 72 * HOUR, escalate_s: 72 * HOUR });
    const morning = gateAt(Date.parse('2026-11-20T07:00:00Z'));
    expect(morning).toMatchObject({ remind_s: [3 * HOUR, 4.6 * HOUR], respond_s: 5 * HOUR, escalate_s: 5 * HOUR });
  });

  it.each([[null], [undefined], [Number.NaN], [-1], [1e300]])('keeps the plain, shorter time at %p', (at) => {
    expect(gateAt(at)?.respond_s).toBe(4 * HOUR);
  });

  it('needs a calendar of that name', () => {
    const { problems } = loadPolicy(POLICY.replace('calendar: office', 'calendar: home'), 'x');
    expect(problems).toMatchObject([{ line: 5, message: 'expected one of the calendars: office' }]);
    const place = loadPolicy(POLICY.replace('Europe/Berlin', 'Europe/Atlantis'), 'x').problems[0];
    expect(place).toMatchObject({ line: 4, message: 'expected a known time zone, such as Europe/Berlin' });
  });
});
