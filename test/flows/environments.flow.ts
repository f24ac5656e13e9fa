import { refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

describe('environments', () => {
  it('bypasses the gate in staging, says so, and gives a token for staging only', async () => {
    const proposal = refund('6000.00', { environment: 'staging' });
    const action = await world().decided(proposal);
    expect(action).toMatchObject({
      status: 'approved',
      request: null,
      decision: { policy_decision: 'require_approval', effective_decision: 'allow', bypass: 'staging' },
    });
    await expect(world().redeem(action.grant?.token ?? '', facts(proposal))).resolves.toMatchObject({ result: 'ok' });
  });

  it.each(['canary', 'production'] as const)('waits for two people in %s', async (environment) => {
    const action = await world().decided(refund('6000.00', { environment }));
    expect(action).toMatchObject({ status: 'pending', grant: null, decision: { bypass: null } });
  });
});
