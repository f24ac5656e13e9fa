import type { Effect, PolicyChange } from './change.js';
import { opposite } from './change.js';
import { limitChanges } from './limits.js';

const ALWAYS = 'otherwise';

/**
 * What changed about a condition.
 * @param whenWider what it does when the condition holds more often
 */
export function conditionChanges(
  subject: string,
  before: string | undefined,
  after: string | undefined,
  whenWider: Effect,
): PolicyChange[] {
  if (before === after) return [];
  if (before === undefined || after === undefined) {
    const text = `condition changes from ${quoted(before)} to ${quoted(after)}`;
    return [{ subject, text, effect: after === undefined ? whenWider : opposite(whenWider) }];
  }
  const limits = limitChanges(before, after);
  if (limits === null)
    return [{ subject, text: `condition changes from ${quoted(before)} to ${quoted(after)}`, effect: null }];
  return limits.map(({ fact, from, to, rises, widens }) => {
    const which = limits.length > 1 && fact !== null ? `limit of ${fact}` : 'limit';
    const text = `${which} ${rises ? 'rises' : 'falls'} from ${from} to ${to}`;
    return { subject, text, effect: widens === null ? null : widens ? whenWider : opposite(whenWider) };
  });
}

export const quoted = (condition: string | undefined): string =>
  condition === undefined ? ALWAYS : `\`${condition.replaceAll(/\s+/g, ' ').trim()}\``;
