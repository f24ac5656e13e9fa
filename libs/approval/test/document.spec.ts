import { derivedId } from '@countersign/canonical';
import { actionDocument, apply, buildPacket, createState, decidingDocument, packetDigest } from '../src/index.js';
import type { LogRecord } from '../src/index.js';
import {
  allowed,
  at,
  cancel,
  DAY,
  decided,
  edited,
  gate,
  HOUR,
  MINUTE,
  outcome,
  proposed,
  redemption,
  revocation,
  tick,
  vote,
} from './records.js';

const action = proposed('a', {
  before: '{"refunded":"0.00"}',
  after: '{"refunded":"6000.00"}',
  signals: '{"fraud_score":0.1}',
});
const request = decided(action, { unknown: ['/signals/x'], explanation: '[{"rule":"large","result":true}]' });
const opened = at(0, 'ActionDecided', request);
const packet_digest = request.packet_digest ?? '';
const by = (subject: string, overrides = {}) =>
  at(MINUTE, 'VoteCast', vote(action, subject, { packet_digest, ...overrides }));
const document = (...records: LogRecord[]) => {
  const state = createState(0);
  for (const record of records) apply(state, record);
  const found = state.actions.get(action.action_id);
  if (found === undefined) throw new Error('the action is not known');
  return actionDocument(found);
};

describe('the packet of a changed version', () => {
  it('shows what policy says of that version: its classification and what is unknown of it', () => {
    const edit = edited(action, {}, { unknown: ['/parameters/amount'], impact: 'low', reversibility: 'low' });
    const of = (edits: Parameters<typeof buildPacket>[2]) => buildPacket(action, request, edits);
    expect(of([])).toMatchObject({ unknown: ['/signals/x'], classification: { impact: 'high' } });
    expect(of([{ edit, issuer: 'https://idp', editor: 'ann' }])).toMatchObject({
      unknown: ['/parameters/amount'],
      classification: { impact: 'low', reversibility: 'low', regulatory_pressure: 'high' },
    });
  });
});

describe('the action document', () => {
  it('has the members of the contract while it waits', () => {
    expect(document(opened)).toEqual({
      ...{
        action_id: 'act_a',
        ...{ supersedes: null, reverses: null, superseded_by: null, reversed_by: null },
        run_id: 'run-1',
        agent_id: 'refund-agent',
        action_type: 'refund',
        environment: 'production',
      },
      ...{ status: 'pending', digest: action.digest, submitted_at: '2026-06-19T09:00:00.000Z' },
      decision: {
        ...{
          decision_id: derivedId('dec', 'act_a'),
          policy_decision: 'require_approval',
          mode: 'enforce',
          bypass: null,
        },
        ...{ effective_decision: 'require_approval', policy: { name: 'refunds', version: 1 }, rule: 'large' },
        ...{ gate: 'finance-two-person', unknown: ['/signals/x'], explanation: [{ rule: 'large', result: true }] },
        classification: { impact: 'high', reversibility: 'high', regulatory_pressure: 'high' },
        decided_at: '2026-06-19T09:00:00.000Z',
      },
      request: {
        ...{ request_id: derivedId('req', 'act_a'), kind: 'approval', status: 'pending', gate: 'finance-two-person' },
        ...{ approvals: { required: 2, given: 0 }, roles: ['finance'], votes: [], paused: false },
        ...{
          opened_at: '2026-06-19T09:00:00.000Z',
          respond_by: '2026-06-19T10:00:00.000Z',
          expires_at: '2026-06-20T09:00:00.000Z',
        },
      },
      effective: { parameters: JSON.parse(action.parameters), digest: action.digest, changed: false, diff: [] },
      ...{ resolution: null, grant: null, outcome: null, held: false, release_at: null },
    });
  });

  it.each([
    ['allowed', [at(0, 'ActionDecided', allowed(action))], 'approved', 'policy', 'allowed_by_policy', 'never'],
    [
      'denied by policy',
      [at(0, 'ActionDecided', decided(action, { effective_decision: 'deny', gate: null }))],
      'denied',
      'policy',
      'denied_by_policy',
      'never',
    ],
    [
      'denied for want of a diff',
      [at(0, 'ActionDecided', decided(action, { effective_decision: 'deny', gate: null, rule: 'diff_required' }))],
      'denied',
      'policy',
      'diff_required',
      'new_proposal',
    ],
    ['approved', [opened, by('ann'), by('bob')], 'approved', 'people', 'approved_by_people', 'never'],
    [
      'denied',
      [opened, by('ann', { vote: 'deny', reason: 'wrong order' })],
      'denied',
      'people',
      'denied_by_people',
      'never',
    ],
    ['expired', [opened, tick(DAY)], 'expired', 'clock', 'expired', 'new_proposal'],
    [
      'cancelled',
      [opened, at(1, 'CancelRequested', cancel(action))],
      'cancelled',
      'agent',
      'cancelled',
      'new_proposal',
    ],
    [
      'lapsed',
      [at(0, 'ActionDecided', allowed(action)), tick(HOUR)],
      'approved',
      'policy',
      'grant_lapsed',
      'new_proposal',
    ],
    [
      'revoked',
      [at(0, 'ActionDecided', allowed(action)), at(1, 'RevocationRequested', revocation(action))],
      'approved',
      'policy',
      'grant_revoked',
      'never',
    ],
  ] as const)('says how it ended: %s', (...[, records, status, resolved_by, reason_code, retry]) => {
    const { resolution, status: shown } = document(...records);
    expect(shown).toBe(status);
    expect(resolution).toMatchObject({ status, resolved_by, reason_code, retry });
  });

  it('tells the agent why it was denied', () => {
    const { resolution, request: seen } = document(opened, by('ann', { vote: 'deny', reason: 'wrong order' }));
    expect(resolution).toMatchObject({ message: 'wrong order' });
    expect(seen).toMatchObject({
      votes: [{ vote: 'deny', reason: 'wrong order', voted_at: '2026-06-19T09:01:00.000Z' }],
    });
  });

  it('shows what an approval releases after an edit', () => {
    const edit = edited(action, { amount: { value: '450.00', currency: 'USD' } }, { gate: gate() });
    const changed = by('bob', { vote: 'approve_with_changes', edit });
    const other = by('cat', { packet_digest: edit.packet_digest });
    const { effective, digest, status } = document(opened, changed, other);
    expect([status, digest]).toEqual(['approved', action.digest]);
    expect(effective).toEqual({
      ...{ parameters: { amount: { value: '450.00', currency: 'USD' } }, digest: edit.digest, changed: true },
      diff: [{ op: 'replace', path: '/amount/value', value: '450.00' }],
    });
  });

  it('shows the latest outcome', () => {
    const reports = [at(1, 'OutcomeFiled', outcome(action, 'failed')), at(3, 'OutcomeFiled', outcome(action))];
    const { outcome: shown, grant } = document(
      at(0, 'ActionDecided', allowed(action)),
      at(1, 'RedemptionRequested', redemption(action)),
      ...reports,
    );
    expect(shown).toMatchObject({ status: 'executed', result: { ok: true }, outcome_without_redemption: false });
    expect(grant).toMatchObject({ status: 'consumed', token: null, token_expires_at: null });
  });

  it('is there before the decision', () => {
    expect(decidingDocument(action)).toMatchObject({ status: 'deciding', decision: null, request: null, grant: null });
  });
});

describe('the packet', () => {
  it('keeps apart what takes effect and what the agent says', () => {
    const packet = buildPacket(action, request);
    expect(packet).toMatchObject({
      ...{ v: 1, version: 1, changed_by: null, changes: [], history: [], attachments: [] },
      action: { parameters: JSON.parse(action.parameters), digest: action.digest },
      before: { value: { refunded: '0.00' }, stated_by: 'agent' },
      rationale: { text: 'lost', stated_by: 'agent', trusted: false },
      ...{ policy: 'refunds@1', rule: 'large', explanation: [{ rule: 'large', result: true }] },
    });
    expect(packetDigest(packet)).toBe(packet_digest);
  });

  it.each([
    'parameters',
    'rationale',
    'before',
    'after',
    'target',
    'on_behalf_of',
    'signals',
    'preconditions',
  ] as const)('has another digest when %s differs', (member) => {
    const other = { ...action, [member]: '{"x":1}' };
    expect(packetDigest(buildPacket(other, request))).not.toBe(packet_digest);
  });

  it('shows what providers attested apart from the agent, of the proposed version only', () => {
    const attestations =
      '[{"attested_at":"2026-06-19T08:59:00.000Z","provider":"fraud-service","signals":{"fraud_score":0.9}}]';
    const attested = { ...action, attestations };
    const shown = buildPacket(attested, request);
    expect(shown).toMatchObject({
      signals: { value: { fraud_score: 0.1 }, stated_by: 'agent' },
      attestations: [
        { value: { fraud_score: 0.9 }, stated_by: 'fraud-service', attested_at: '2026-06-19T08:59:00.000Z' },
      ],
    });
    expect(packetDigest(shown)).not.toBe(packet_digest);
    expect(buildPacket(action, request)).not.toHaveProperty('attestations');
    const edit = edited(attested, { amount: { value: '1.00', currency: 'USD' } });
    expect(buildPacket(attested, request, [{ edit, issuer: 'i', editor: 'bob' }])).not.toHaveProperty('attestations');
    expect(() => buildPacket({ ...action, attestations: '[null,1]' }, request)).not.toThrow();
  });

  it('lists the pointers whose values are keyed hashes, and only then', () => {
    const hidden = ['/parameters/card'];
    expect(buildPacket(proposed('h', { sensitive: hidden }), request)).toMatchObject({ hidden });
    expect(buildPacket(action, request)).not.toHaveProperty('hidden');
  });

  it('does not say who changed it to whoever reviews it blind', () => {
    const edits = [{ edit: edited(action, { a: 1 }), issuer: 'i', editor: 'bob' }];
    const audit = { ...request, kind: 'audit' as const, blind_review: true };
    expect(JSON.stringify(buildPacket(action, audit, edits))).not.toContain('bob');
    expect(buildPacket(action, audit, edits)).toMatchObject({ changed_by: { subject: null }, version: 2 });
    expect(buildPacket(action, { ...audit, blind_review: false }, edits)).toMatchObject({
      changed_by: { subject: 'bob' },
    });
  });

  it('lists what was denied before of the version that it shows', () => {
    const denial = { action_id: 'act_x', request_id: 'req_x', reviewer_id: 'cat', reason: 'no', at: 0 };
    const first = { ...request, denied_before: [{ ...denial, same: 'target' }] };
    const edit = edited(action, { a: 1 }, { denied_before: [{ ...denial, same: 'digest' }] });
    const sameOf = (edits: Parameters<typeof buildPacket>[2]) => buildPacket(action, first, edits)['denied_before'];
    expect(sameOf([])).toMatchObject([{ same: 'target' }]);
    expect(sameOf([{ edit, issuer: 'i', editor: 'bob' }])).toMatchObject([{ same: 'digest' }]);
  });

  it('does not depend on votes, so two people can vote on one packet', () => {
    const state = createState(0);
    apply(state, opened);
    apply(state, by('ann'));
    expect(state.actions.get(action.action_id)?.request?.packet_digest).toBe(packet_digest);
  });

  it('of an edited version names the editor and the proposed version', () => {
    const edit = edited(action, { amount: { value: '1.00', currency: 'USD' } });
    expect(buildPacket(action, request, [{ edit, issuer: 'i', editor: 'bob' }])).toMatchObject({
      ...{ version: 2, changed_by: { issuer: 'i', subject: 'bob' }, after: null, diff: null },
      action: { parameters: { amount: { value: '1.00', currency: 'USD' } }, digest: edit.digest },
      changes: [{ op: 'replace', path: '/amount/value', value: '1.00' }],
      history: [{ version: 1, parameters: JSON.parse(action.parameters), digest: action.digest }],
    });
  });
});
