import { eventually } from '@countersign/testing';
import { digestOfAction, readKeys, verifyToken } from '@countersign/sdk';
import { approve, deny, refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

describe('a $6,000 refund', () => {
  it('is released only after two different people of finance approve', async () => {
    const proposal = refund('6000.00');
    const action = await world().decided(proposal);
    expect(action).toMatchObject({
      status: 'pending',
      digest: digestOfAction(facts(proposal)),
      decision: { rule: 'large-or-suspicious', gate: 'finance-two-person', policy: { name: 'refunds' } },
      request: { kind: 'approval', approvals: { required: 2, given: 0 }, roles: ['finance'] },
      grant: null,
    });
    await world().vote('ann', action, approve);
    await expect(world().vote('ann', action, approve)).rejects.toMatchObject({ code: 'already_voted', status: 409 });
    const between = await world().decided(proposal, undefined);
    expect(between.grant).toBeNull();
    await world().vote('bob', action, approve);
    const ended = await world().ended(proposal, action.action_id);
    expect(ended).toMatchObject({
      status: 'approved',
      request: { approvals: { given: 2 } },
      grant: { status: 'issued' },
    });
    const keys = await readKeys(world().executor());
    const issuer = world().local.approval_url;
    const claims = await verifyToken(ended.grant?.token ?? '', facts(proposal), { keys, issuer });
    expect(claims.authorization_details[0]).toMatchObject({
      policy: 'refunds@1',
      approvals: { required: 2, given: 2 },
    });
  });

  it.each([
    ['dan', { rule: 'role' }],
    ['nob', { rule: 'role' }],
    ['oli', { rule: 'operator' }],
  ])('is not for %s to approve', async (subject, problem) => {
    const action = await world().decided(refund('6000.00'));
    const refusal = { code: 'not_eligible', status: 403, problem };
    await expect(world().vote(subject, action, approve)).rejects.toMatchObject(refusal);
  });

  it('does not exist for another tenant', async () => {
    const action = await world().decided(refund('6000.00'));
    await expect(world().vote('gus', action, approve)).rejects.toMatchObject({ code: 'not_found', status: 404 });
  });

  it('ends with the first denial, and the agent learns why', async () => {
    const proposal = refund('6000.00');
    const action = await world().decided(proposal);
    await world().vote('bob', action, deny);
    const ended = await world().ended(proposal, action.action_id);
    expect(ended).toMatchObject({
      status: 'denied',
      grant: null,
      resolution: { resolved_by: 'people', retry: 'never' },
      request: { votes: [{ vote: 'deny', reason: deny.reason }] },
    });
    await expect(world().vote('ann', action, approve)).rejects.toMatchObject({ code: 'already_terminal', status: 409 });
  });

  it('is one row of the audit with both reviewers', async () => {
    const proposal = refund('6000.00');
    const action = await world().decided(proposal);
    await world().vote('cat', action, approve);
    await world().vote('ann', action, approve);
    await eventually(async () => {
      const where = `action_id = '${action.action_id}'`;
      const rows = await world().rows(
        `SELECT approval_status, reviewer_id, reviewer_ids, toUInt8(approvals_given) AS given FROM audit WHERE ${where}`,
      );
      expect(rows).toEqual([
        { approval_status: 'approved', reviewer_id: 'ann', reviewer_ids: ['cat', 'ann'], given: 2 },
      ]);
    });
  });
});
