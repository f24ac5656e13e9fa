import { eventually } from '@countersign/testing';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

interface Row {
  readonly amount_value: string;
  readonly amount_currency: string;
}

describe('money', () => {
  it.each([
    ['a coin', '0.000000000000000001', 'USDC', 'USDC'],
    ['a code in small letters', '40.00', 'eur', 'EUR'],
  ])(
    'of %s goes from the proposal to the audit, and is no dollars to the policy',
    async (_what, value, currency, code) => {
      const proposal = refund('40.00', { parameters: { order_id: '1', method: 'card', amount: { value, currency } } });
      const action = await world().decided(proposal);
      expect(action).toMatchObject({ status: 'pending', decision: { unknown: ['/parameters/amount'] } });
      const columns = 'toString(amount_value) AS amount_value, amount_currency';
      await eventually(
        async () => {
          const rows = await world().rows<Row>(`SELECT ${columns} FROM audit WHERE action_id = '${action.action_id}'`);
          expect(rows).toEqual([{ amount_value: value.replace(/\.00$/, ''), amount_currency: code }]);
        },
        { withinMs: 20_000 },
      );
    },
  );

  it('in dollars is the same in small letters, and the digest is over the text as it was sent', async () => {
    const parameters = { order_id: '1', method: 'card', amount: { value: '40', currency: 'usd' } };
    const proposal = refund('40.00', { parameters });
    const action = await world().decided(proposal);
    expect(action).toMatchObject({ decision: { effective_decision: 'allow' } });
    await expect(world().redeem(action.grant?.token ?? '', facts(proposal))).resolves.toMatchObject({ result: 'ok' });
  });
});
