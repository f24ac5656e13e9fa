import { mergeGates } from '@countersign/events';
import { apply, buildPacket, createState, proposalOf } from '../src/index.js';
import type { Facts } from '../src/index.js';
import { at, decided, edited, gate, proposed, vote } from './records.js';

const action = proposed('a', { operators: ['oli'] });
const solo = gate({ name: 'solo', quorum: 1, permit: ['operator'] });
const strict = gate({ name: 'strict', quorum: 2 });

const open = (own = solo) => {
  const state = createState(0);
  const event = decided(action, { gate: own });
  apply(state, at(0, 'ActionDecided', event));
  const packet_digest = event.packet_digest ?? '';
  const cast = (who: string, over = {}): Facts =>
    apply(state, at(1, 'VoteCast', vote(action, who, { packet_digest, ...over })));
  return { state, cast };
};
const recorded = ({ events }: Facts) => events.find(({ name }) => name === 'VoteRecorded')?.event;

describe('exceptions from separation of duties', () => {
  it('let an operator vote where the gate says so, and the vote says by which exception', () => {
    const { cast, state } = open();
    const facts = cast('oli');
    expect([facts.answer.code, recorded(facts)]).toEqual(['ok', expect.objectContaining({ exception: 'operator' })]);
    expect(state.actions.get(action.action_id)?.grant?.status).toBe('issued');
  });

  it('are not noted for those who need none, and nobody else gets one', () => {
    expect(recorded(open().cast('ann'))).toMatchObject({ exception: null });
    const codes = ['refund-agent', '812'].map((who) => open().cast(who).answer);
    expect(codes).toEqual([0, 1].map(() => expect.objectContaining({ code: 'not_eligible', rule: 'self' })));
    expect(open(gate({ quorum: 1 })).cast('oli').answer).toMatchObject({ code: 'not_eligible', rule: 'operator' });
    expect(open().cast('oli', { roles: ['sales'] }).answer).toMatchObject({ code: 'not_eligible', rule: 'role' });
  });

  it('end with an edit that a gate without them decides', () => {
    expect(mergeGates(solo, strict)?.permit).toEqual([]);
    expect(mergeGates(strict, solo)?.permit).toEqual([]);
    expect(mergeGates(solo, { ...solo, name: 'other' })?.permit).toEqual(['operator']);
    const { cast, state } = open();
    const edit = edited(action, { amount: { currency: 'USD', value: '9000.00' } }, { gate: strict });
    expect(cast('oli', { vote: 'approve_with_changes', edit }).answer.code).toBe('ok');
    expect(state.actions.get(action.action_id)?.request?.votes).toMatchObject([{ subject: 'oli', counted: false }]);
  });

  it('are shown to those who vote', () => {
    const { state } = open();
    const found = state.actions.get(action.action_id);
    if (found === undefined) throw new Error('not opened');
    const packetUnder = (own: typeof solo) => buildPacket(proposalOf(found), { ...found.decided, gate: own })['gate'];
    expect(packetUnder(solo)).toMatchObject({ permit: ['operator'] });
    expect(packetUnder(strict)).not.toHaveProperty('permit');
  });
});
