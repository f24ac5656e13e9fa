import { escapeHtml } from './html.js';
import { packetPage } from './packet-page.js';
import { queuePage, timeLeft } from './queue-page.js';
import { noticeOf } from './words.js';

const visitor = { name: 'Ann', tenant: 'acme', csrf: 'c5rf' };
const evil = `<script>alert('x')</script>"`;
const view = {
  request_id: 'req_1',
  kind: 'approval' as const,
  status: 'pending',
  approvals: { given: 0, required: 2 },
  packet_digest: 'sha256:p',
  hindrance: null,
  hands: null,
  comments: [],
  notice: null,
  packet: {
    action: {
      action_type: evil,
      target: evil,
      environment: 'production',
      parameters: { amount: { value: '6000.00', currency: 'USD' }, note: evil },
      digest: 'sha256:d',
    },
    before: { value: { refunded: '0.00' }, stated_by: 'agent' },
    after: { value: { refunded: '6000.00' }, stated_by: 'countersign' },
    rationale: { text: evil, stated_by: 'agent', trusted: false },
    agent: { id: evil },
    model: { id: 'm' },
    confidence: 0.9,
  },
};

describe("the reviewers' page", () => {
  it('never sends markup of an agent', () => {
    const text = packetPage(visitor, view);
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;');
  });

  it('shows hidden characters', () => expect(escapeHtml('pay\u202eecila')).toBe('pay⟦U+202E⟧ecila'));

  it('shows what the token releases, the change, and the digest that the vote echoes', () => {
    const text = packetPage(visitor, view);
    expect(text).toContain('<del>0.00</del>');
    expect(text).toContain('<ins>6000.00</ins>');
    expect(text).toContain('name="packet_digest" value="sha256:p"');
    expect(text).toContain('name="csrf" value="c5rf"');
  });

  it('shows what a provider attested apart from what the agent says', () => {
    const attestations = [{ value: { fraud_score: 0.9, note: evil }, stated_by: 'fraud-service', attested_at: 'x' }];
    const text = packetPage(visitor, { ...view, packet: { ...view.packet, attestations } });
    expect(text).toContain('Signals attested by fraud-service');
    expect(text.indexOf('0.9')).toBeLessThan(text.indexOf('What the agent says about itself'));
    expect(text).not.toContain('<script');
    expect(packetPage(visitor, view)).not.toContain('attested');
  });

  it('shows the stages of the gate in their order', () => {
    const stages = ['law', 'money'].map((name, at) => ({ name, count: at + 1, roles: ['r'], people: [] }));
    const text = packetPage(visitor, { ...view, packet: { ...view.packet, gate: { name: 'g', stages } } });
    expect(text).toContain('1 × law, then 2 × money');
  });

  it('offers no vote to those who cannot cast one', () => {
    expect(packetPage(visitor, { ...view, hindrance: 'You operate this agent.' })).not.toContain(
      '<button class="approve"',
    );
  });

  it('asks an auditor what came of it, and says that advice binds nothing', () => {
    const audit = packetPage(visitor, { ...view, kind: 'audit' });
    for (const word of ['harmless', 'harmful', 'unsure']) expect(audit).toContain(`name="vote" value="${word}"`);
    expect(audit).not.toContain('value="approve"');
    const advice = packetPage(visitor, { ...view, kind: 'advisory' });
    expect(advice).toContain('it binds nothing');
    expect(advice).toContain('the action runs anyway');
    expect(advice).toContain('name="vote" value="approve"');
    expect(packetPage(visitor, view)).not.toContain('it binds nothing');
  });

  it('shows in whose hands it is, and what people said as text that is not verified', () => {
    const comments = [{ subject: 'bob', text: evil, commented_at: '2026-06-19T09:00:00.000Z' }];
    const text = packetPage(visitor, { ...view, hands: 'in work by bob until 09:15 UTC', comments });
    expect(text).toContain('in work by bob until 09:15 UTC');
    expect(text).toContain('Comments (not verified)');
    expect(text).not.toContain('<script');
  });

  it('says which values are hidden, and keeps changes apart', () => {
    const hash = (digit: string): string => `hmac-sha256:k1:${digit.repeat(64)}`;
    const packet = {
      ...view.packet,
      action: { ...view.packet.action, parameters: { note: 'hmac-sha256:forged', card: { number: hash('a') } } },
      before: { value: { name: hash('b'), open: 'x' }, stated_by: 'agent' },
      after: { value: { name: hash('c'), open: 'x' }, stated_by: 'agent' },
      hidden: ['/parameters/card', '/before/name', '/after/name'],
    };
    const text = packetPage(visitor, { ...view, packet });
    expect(text).not.toContain('hmac-sha256:k1');
    expect(text).toContain('(hidden: keyed hash) aaaaaaaa');
    expect(text).toContain('<del>(hidden: keyed hash) bbbbbbbb</del>');
    expect(text).toContain('<ins>(hidden: keyed hash) cccccccc</ins>');
    expect(text).toContain('hmac-sha256:forged');
  });

  it.each([
    ['not_eligible', 'not among those who may vote'],
    ['reason_required', 'Write one below'],
    ['stale_packet', 'Read it again'],
    ['too_fast', 'Read on'],
  ])('says what to do after %s', (refused, text) => expect(noticeOf({ refused })?.text).toContain(text));
  it('lists what waits', () => {
    const item = {
      request_id: 'req_1',
      kind: 'approval' as const,
      action_type: 'refund',
      environment: 'production',
      agent_id: 'a',
      target: null,
      amount: '450.00 USD',
      gate: 'g',
      approvals: { given: 1, required: 2 },
      respond_by: 60_000,
      hands: null,
    };
    expect(queuePage(visitor, [item], 0)).toContain('1 of 2');
    expect(queuePage(visitor, [{ ...item, kind: 'audit' }], 0)).toContain('<span class="tag">audit</span>');
    expect(queuePage(visitor, [], 0)).toContain('Nothing waits.');
    expect([timeLeft(60_000, 0), timeLeft(0, 7_200_000)]).toEqual(['1 min left', '2 h late']);
  });
});
