import type { Finding } from './finding.js';
import type { Inspection } from './inspection.js';

const INEXACT = 'its conditions look into texts or lists, or compare facts with each other';
const TOO_MUCH = 'there is too much to go through';

/** Types of which silence proves nothing: what is not reported was only looked for. */
export function unprovenTypes(inspections: readonly Inspection[]): Finding[] {
  return inspections.flatMap(({ name, space, cut, effort: { points } }) => {
    if (space.exact && cut.count === 0) return [];
    const why = space.exact ? TOO_MUCH : INEXACT;
    const message = `what is not reported of \`${name}\` was looked for in ${points} random actions and is not proven: ${why}`;
    return [{ code: 'unproven', severity: 'info', message, action_type: name, path: ['action_types', name] }];
  });
}
