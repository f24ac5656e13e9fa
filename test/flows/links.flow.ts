import { propose, readAction, type Proposal } from '@countersign/sdk';
import { eventually } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';

const naming = (member: 'supersedes' | 'reverses', actionId: string): Proposal => ({
  ...refund('40.00'),
  [member]: actionId,
});

describe('a proposal that names an earlier one', () => {
  it('is linked with it from both sides', async () => {
    const first = await world().decided(refund('40.00'));
    const second = await world().decided(naming('supersedes', first.action_id));
    const third = await world().decided(naming('reverses', first.action_id));
    expect(second).toMatchObject({ supersedes: first.action_id, reverses: null, superseded_by: null });
    await eventually(async () =>
      expect(await readAction(world().agent(), first.action_id)).toMatchObject({
        ...{ supersedes: null, reverses: null, superseded_by: second.action_id, reversed_by: third.action_id },
      }),
    );
    const sql = `SELECT action_id FROM audit WHERE reverses = '${first.action_id}'`;
    await eventually(async () => expect(await world().rows(sql)).toEqual([{ action_id: third.action_id }]));
  });

  it.each(['supersedes', 'reverses'] as const)('%s nothing that is not an own action', async (member) => {
    const others = await world().decided({
      ...refund('40.00'),
      agent: { id: 'deploy-agent', version: 'v1' },
      action_type: 'deployment',
    });
    for (const named of [others.action_id, `act_${randomUUID()}`, 'act_', '../../metrics?x='])
      await expect(propose(world().agent(), naming(member, named), randomUUID())).rejects.toMatchObject({
        ...{ code: 'not_found', problem: { status: 404, pointer: `/${member}` } },
      });
  });
});
