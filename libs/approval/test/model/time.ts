import type { Action, Ask, World } from './world.js';
import { asksOf, end, isFrozen, letGo, respondBy, say } from './world.js';

/** A clock that runs, and what it does when it goes off. */
interface Clock {
  readonly at: number;
  /** What comes first of two clocks of one action at one moment. */
  readonly rank: number;
  readonly action: string;
  readonly ring: (at: number) => void;
}

function remind(world: World, ask: Ask, at: number): void {
  ask.reminders.shift();
  ask.reminded += 1;
  say(world, 'RequestReminded', ask.id, ask.reminded, at, respondBy(ask));
}

function escalate(world: World, ask: Ask, at: number): void {
  ask.escalate = null;
  ask.escalated = true;
  say(world, 'RequestEscalated', ask.id, 'clock', at, respondBy(ask));
}

function lapseClaim(world: World, ask: Ask, at: number): void {
  say(world, 'CustodyChanged', ask.id, 'claim_lapsed', ask.claim?.who.subject, null, at);
  ask.claim = null;
}

function lapseGrant(world: World, action: Action, at: number): void {
  if (action.grant !== null) action.grant.status = 'lapsed';
  say(world, 'GrantLapsed', action.decided.action_id, at);
}

/** Whatever is still open ends with the memory of its action. */
function forget(world: World, action: Action, at: number): void {
  for (const ask of asksOf(action)) end(world, action, ask, { status: 'expired', by: 'clock', at });
  if (action.hold?.status === 'held') say(world, 'HoldChanged', action.decided.action_id, 'lapsed', action.hold.at, at);
  if (action.grant?.status === 'issued') lapseGrant(world, action, at);
  world.actions.delete(action.decided.action_id);
}

function clocksOfAsk(world: World, action: Action, ask: Ask): Omit<Clock, 'action'>[] {
  const rank = ask.kind === 'audit' ? 1 : 0;
  const [reminder] = ask.reminders;
  const alarm = (left: number | null | undefined, nth: number, ring: typeof remind) =>
    left === null || left === undefined
      ? []
      : [{ at: world.now + left, rank: 2 + rank + nth / 10, ring: (at: number) => ring(world, ask, at) }];
  const expire = (at: number): void => end(world, action, ask, { status: 'expired', by: 'clock', at });
  return [
    // Nothing outlives the memory of its action.
    { at: Math.min(world.now + ask.expire, action.forget), rank, ring: expire },
    ...alarm(ask.claim?.left, 0, lapseClaim),
    ...alarm(reminder, 1, remind),
    ...alarm(ask.escalate, 2, escalate),
  ];
}

function clocksOf(world: World, action: Action): Clock[] {
  const { forget: at, hold, grant, decided } = action;
  const last = { at, rank: 6, ring: (when: number) => forget(world, action, when) };
  const clocks: Omit<Clock, 'action'>[] = [last];
  if (!isFrozen(world, action)) {
    clocks.push(...asksOf(action).flatMap((ask) => clocksOfAsk(world, action, ask)));
    if (hold?.status === 'held' && hold.at !== null)
      clocks.push({ at: Math.max(hold.at, world.now), rank: 4, ring: (when) => letGo(world, action, when) });
    if (grant?.status === 'issued')
      clocks.push({ at: world.now + grant.left, rank: 5, ring: (when) => lapseGrant(world, action, when) });
  }
  return clocks.map((clock) => ({ ...clock, action: decided.action_id }));
}

const compare = (a: Clock, b: Clock): number =>
  a.at - b.at || (a.action === b.action ? a.rank - b.rank : a.action < b.action ? -1 : 1);

/** The clock that goes off next; null when none runs. */
export const nextClock = (world: World): Clock | null =>
  [...world.actions.values()].flatMap((action) => clocksOf(world, action)).sort(compare)[0] ?? null;

/** Lets time go by in which nothing happens. */
function run(world: World, to: number): void {
  const passed = to - world.now;
  world.now = to;
  for (const action of world.actions.values()) {
    const frozen = isFrozen(world, action);
    for (const ask of asksOf(action)) {
      if (frozen) ask.stood += passed;
      else runDown(ask, passed);
    }
    if (action.grant !== null && !frozen) action.grant.left -= passed;
  }
}

function runDown(ask: Ask, passed: number): void {
  ask.expire -= passed;
  ask.reminders.forEach((left, index) => (ask.reminders[index] = left - passed));
  if (ask.escalate !== null) ask.escalate -= passed;
  if (ask.claim !== null) ask.claim.left -= passed;
}

/** Time never goes back: a record that says it is earlier comes at the same moment as the last one. */
export function passTime(world: World, until: number): void {
  const to = Math.max(world.now, until);
  for (let next = nextClock(world); next !== null && next.at <= to; next = nextClock(world)) {
    run(world, Math.max(world.now, next.at));
    next.ring(next.at);
  }
  run(world, to);
}
