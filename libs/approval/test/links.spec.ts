import { apply, createState, linksTo } from '../src/index.js';
import { allowed, at, DAY, proposed } from './records.js';

describe('links between actions', () => {
  const first = proposed('a');
  const naming = (id: string, member: 'supersedes' | 'reverses', submitted_at = first.submitted_at) =>
    proposed(id, { [member]: first.action_id, submitted_at });
  const known = (state: ReturnType<typeof createState>) => state.actions.get(first.action_id)!;

  it('are seen from the action that is named, also in another partition, and of several the last counts', () => {
    const [one, two] = [createState(0), createState(1)];
    apply(one, at(0, 'ActionDecided', allowed(first)));
    apply(two, at(0, 'ActionDecided', allowed(naming('b', 'supersedes'))));
    apply(two, at(1, 'ActionDecided', allowed(naming('c', 'supersedes', first.submitted_at + 1))));
    apply(one, at(1, 'ActionDecided', allowed(naming('d', 'reverses'))));
    expect(linksTo([one, two], known(one))).toEqual({ superseded_by: 'act_c', reversed_by: 'act_d' });
  });

  it('are of the same agent only', () => {
    const state = createState(0);
    apply(state, at(0, 'ActionDecided', allowed(first)));
    apply(state, at(1, 'ActionDecided', allowed({ ...naming('b', 'supersedes'), agent_id: 'another' })));
    expect(linksTo([state], known(state))).toEqual({ superseded_by: null, reversed_by: null });
  });

  it('are forgotten with the action that names', () => {
    const state = createState(0);
    apply(state, at(0, 'ActionDecided', allowed(naming('b', 'supersedes'))));
    expect(state.links.size).toBe(1);
    apply(state, at(9 * DAY, 'Ticked', { tenant: '', client_request_id: 'x' }));
    expect([state.actions.size, state.links.size]).toEqual([0, 0]);
  });
});
