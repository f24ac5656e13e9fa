import { eventually } from '@countersign/testing';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';
import { TENANT } from './support/world.js';

interface Explained {
  action_id: string;
  equal: boolean;
  differences: string[];
}

const AT_ONCE = 4;

async function explainAll(actionIds: readonly string[]): Promise<Explained[]> {
  const { policy } = await world().person('ann');
  const explain = async (id: string): Promise<Explained> =>
    (await policy.send({ method: 'GET', path: `/v1/policies/explain/${id}` })).body as unknown as Explained;
  const found: Explained[] = [];
  for (let from = 0; from < actionIds.length; from += AT_ONCE)
    found.push(...(await Promise.all(actionIds.slice(from, from + AT_ONCE).map(explain))));
  return found;
}

/** Every action that this run has decided so far. */
async function decidedActions(): Promise<string[]> {
  const sql = `SELECT action_id FROM audit WHERE tenant = '${TENANT}' ORDER BY decided_at, action_id LIMIT 400`;
  return (await world().rows<{ action_id: string }>(sql)).map(({ action_id }) => action_id);
}

describe('evidence about policy', () => {
  it('evaluates every recorded decision again and finds the record', async () => {
    const { action_id } = await world().decided(refund('450.00', { confidence: 0.9 }));
    const actionIds = await eventually(async () => {
      const decided = await decidedActions();
      expect(decided).toContain(action_id);
      return decided;
    });
    const differing = (await explainAll(actionIds)).filter(({ equal }) => !equal);
    expect(differing.map(({ action_id: id, differences }) => ({ id, differences }))).toEqual([]);
  });
});
