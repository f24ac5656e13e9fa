import { stoodMs } from './freezes.js';
import type { Freeze } from './freezes.js';

const scope = { agent_id: 'a', action_type: 'refund', opened_at: 100 };
const freeze = (since: number, lifted: number | null, of: Partial<Freeze> = {}): Freeze => ({
  ...{ agent_id: null, action_type: null, since, lifted },
  ...of,
});

describe('a freeze', () => {
  it.each<[string, Freeze[], number]>([
    ['moves deadlines by how long it stood', [freeze(110, 140)], 30],
    ['counts from the opening where it stood before', [freeze(50, 140)], 40],
    ['that was over before moves nothing', [freeze(50, 100)], 0],
    ['that stands moves nothing yet', [freeze(110, null)], 0],
    ['that follows on another adds to it', [freeze(110, 120), freeze(130, 150)], 30],
    ['that overlaps another is one stretch with it', [freeze(110, 140), freeze(120, 130), freeze(130, 160)], 50],
    ['that was lifted inside of one that stands moves nothing yet', [freeze(110, 140), freeze(120, null)], 0],
    ['before one that stands has moved them', [freeze(110, 120), freeze(130, null)], 10],
    [
      'of another agent or type holds nothing',
      [freeze(110, 140, { agent_id: 'b' }), freeze(110, 140, { action_type: 'x' })],
      0,
    ],
    ['of its agent and type holds it', [freeze(110, 140, { agent_id: 'a', action_type: 'refund' })], 30],
  ])('%s', (_name, freezes, expected) => {
    expect(stoodMs(freezes, scope)).toBe(expected);
  });
});
