import { Webhook } from 'standardwebhooks';
import type { Decoded, EventName } from '@countersign/events';
import { hintOf, hintText, TEST_HINT } from './callback.js';
import { agentKey, signatureHeaders } from './signature.js';

const about = { tenant: 'acme', action_id: 'act_1', run_id: 'run-7', agent_id: 'refund-agent' };
const told = (name: EventName, more: object): Decoded =>
  ({ name, schemaId: 1, topic: 't', event: { ...about, ...more } }) as unknown as Decoded;

describe('the agent of an action is told', () => {
  it.each([
    ['DecisionRecorded', { effective_decision: 'allow' }, 'approved'],
    ['DecisionRecorded', { effective_decision: 'deny' }, 'denied'],
    ...['approved', 'denied', 'expired', 'cancelled'].map(
      (status) => ['RequestResolved', { request_kind: 'approval', status }, status] as const,
    ),
    ['HoldChanged', { status: 'released' }, 'approved'],
    ['HoldChanged', { status: 'recalled' }, 'approved'],
    ['HoldChanged', { status: 'lapsed' }, 'approved'],
  ] as const)('of %s %j', (name, more, status) => {
    expect(hintOf(told(name, more))).toEqual({ ...about, status });
  });

  it.each([
    ['DecisionRecorded', { effective_decision: 'require_approval' }],
    ...['advisory', 'audit', 'decoy'].map(
      (request_kind) => ['RequestResolved', { request_kind, status: 'denied' }] as const,
    ),
    ['HoldChanged', { status: 'held' }],
    ['RequestOpened', {}],
    ['VoteRecorded', {}],
    ['GrantIssued', {}],
  ] as const)('nothing of %s %j', (name, more) => expect(hintOf(told(name, more))).toBeNull());
});

describe('a callback', () => {
  const hint = hintOf(told('RequestResolved', { request_kind: 'approval', status: 'denied', reason: 'canary' }));
  const body = hintText(hint!);
  const signed = { id: 'e1', timestampS: Math.floor(Date.now() / 1_000), body };

  it('says which action and how it stands, and nothing else', () => {
    expect(body).toBe('{"action_id":"act_1","status":"denied"}');
    expect(hintText(TEST_HINT)).toBe('{"action_id":"act_test","status":"deciding"}');
  });

  it('is signed with every secret of the agent, whatever its form', () => {
    const base64 = Buffer.alloc(32, 1).toString('base64');
    const headers = signatureHeaders(signed, ['css_one', `whsec_${base64}`], agentKey);
    for (const key of [Buffer.from('css_one').toString('base64'), base64])
      expect(new Webhook(key).verify(body, headers)).toEqual({ action_id: 'act_1', status: 'denied' });
    expect(() => new Webhook(Buffer.from('css_two').toString('base64')).verify(body, headers)).toThrow();
    expect(() => signatureHeaders(signed, [''], agentKey)).toThrow();
  });
});
