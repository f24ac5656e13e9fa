import { digestOfAction, type JsonObject } from '@countersign/sdk';
import { eventually } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { readRequest } from '../../apps/cli/src/shared/vote.js';
import { approve, refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

const CHANGED = { order_id: '12345', method: 'card', amount: { value: '2500.00', currency: 'USD' } };
const edit = { vote: 'approve_with_changes', reason: 'the rest was refunded before', parameters: CHANGED } as const;

async function voteOn(packet_digest: string, requestId: string): Promise<unknown> {
  const path = `/v1/requests/${requestId}/votes`;
  const headers = { 'idempotency-key': randomUUID() };
  return (await world().person('ann')).approval.send({
    method: 'POST',
    path,
    headers,
    body: { ...approve, packet_digest },
  });
}

describe('what a person saw', () => {
  it('is the canonical action, apart from what the agent says about it', async () => {
    const proposal = refund('6000.00', { before: { refunded: '0.00' }, after: { refunded: '6000.00' } });
    const action = await world().decided(proposal);
    const shown = await readRequest(await world().person('ann'), action.request?.request_id ?? '');
    expect(shown['packet']).toMatchObject({
      action: { action_id: action.action_id, digest: digestOfAction(facts(proposal)), parameters: proposal.parameters },
      before: { value: { refunded: '0.00' }, stated_by: 'agent' },
      diff: [{ op: 'replace', path: '/refunded', value: '6000.00' }],
      rationale: { text: proposal.rationale, stated_by: 'agent', trusted: false },
    });
  });

  it('cannot be another result than the parameters give, and is derived where the agent states none', async () => {
    const before = { refunded: '0.00' };
    const contradiction = world().decided(refund('6000.00', { before, after: { refunded: '60.00' } }));
    await expect(contradiction).rejects.toMatchObject({ code: 'diff_contradicts_parameters' });
    const action = await world().decided(refund('6000.00', { before }));
    const shown = await readRequest(await world().person('ann'), action.request?.request_id ?? '');
    expect(shown['packet']).toMatchObject({ after: { value: { refunded: '6000.00' }, stated_by: 'countersign' } });
  });

  it('is what a vote is about: a vote on another packet is refused', async () => {
    const action = await world().decided(refund('6000.00'));
    const stale = voteOn(`sha256:${'0'.repeat(64)}`, action.request?.request_id ?? '');
    await expect(stale).rejects.toMatchObject({ code: 'stale_packet', status: 409 });
  });

  it('after an edit is the new version: older packets are stale, and only it is released', async () => {
    const proposal = refund('6000.00', { before: { refunded: '0.00' }, after: { refunded: '6000.00' } });
    const action = await world().decided(proposal);
    const before = await readRequest(await world().person('ann'), action.request?.request_id ?? '');
    await world().vote('bob', action, edit);
    const old = voteOn(before.packet_digest, before.request_id);
    await expect(old).rejects.toMatchObject({ code: 'stale_packet' });
    const { packet } = await readRequest(await world().person('ann'), before.request_id);
    expect(packet).toMatchObject({
      after: { value: { refunded: '2500.00' }, stated_by: 'countersign' },
      diff: [{ op: 'replace', path: '/refunded', value: '2500.00' }],
    });
    await world().vote('ann', action, approve);
    const ended = await world().ended(proposal, action.action_id);
    const released = { ...facts(proposal), parameters: CHANGED as JsonObject };
    expect(ended.effective).toMatchObject({ parameters: CHANGED, changed: true, digest: digestOfAction(released) });
    const token = ended.grant?.token ?? '';
    const asProposed = world().redeem(token, facts(proposal));
    await expect(asProposed).rejects.toMatchObject({ code: 'action_digest_mismatch' });
    await expect(world().redeem(token, released)).resolves.toMatchObject({ result: 'ok' });
    await eventually(async () => {
      const sql = `SELECT changed, overridden FROM audit WHERE action_id = '${action.action_id}' AND redeemed_at IS NOT NULL`;
      expect(await world().rows(sql)).toEqual([{ changed: true, overridden: true }]);
    });
  });
});

describe('an approval that is taken back', () => {
  it('releases nothing any more', async () => {
    const proposal = refund('40.00');
    const { grant } = await world().decided(proposal);
    const path = `/v1/grants/${grant?.grant_id}/revoke`;
    const revoke = async (subject: string): Promise<unknown> =>
      (await world().person(subject)).approval.send({ method: 'POST', path, body: { reason: 'customer called' } });
    await expect(revoke('nob')).rejects.toMatchObject({ status: 403 });
    await revoke('max');
    const late = world().redeem(grant?.token ?? '', facts(proposal));
    await expect(late).rejects.toMatchObject({ code: 'revoked', status: 403 });
  });
});
