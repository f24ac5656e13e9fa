import { CountersignError } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { custodyOf, releaseOf, voteOf } from './form-wishes.js';
import { batchPage, batchResultPage, rowResult } from './batch-page.js';
import { escapeHtml } from './html.js';
import { packetPage } from './packet-page.js';
import { queuePage, timeLeft } from './queue-page.js';
import type { QueueItem } from './queue-page.js';
import { noticeOf, refusalNotice } from './words.js';

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
  missing: [],
  notice: null,
  changeable: null as JsonValue,
  held: false,
  reason_min: null,
  release_at: null,
  glass_ttl_s: null as number | null,
  reason_presets: [] as string[],
  verbs: [] as const,
  draft: {},
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

  it('shows hidden characters', () => expect(escapeHtml('pay\u202eecila')).toBe('pay<mark>⟦U+202E⟧</mark>ecila'));

  it('shows what the token releases, the change, and the digest that the vote echoes', () => {
    const text = packetPage(visitor, view);
    expect(text).toContain('<del><span class="text">"0.00"</span></del>');
    expect(text).toContain('<ins><span class="text">"6000.00"</span></ins>');
    expect(text).toContain('name="packet_digest" value="sha256:p"');
    expect(text).toContain('name="csrf" value="c5rf"');
  });

  it('shows what a provider attested apart from what the agent says', () => {
    const attestations = [{ value: { fraud_score: 0.9, note: evil }, stated_by: 'fraud-service', attested_at: 'x' }];
    const text = packetPage(visitor, { ...view, packet: { ...view.packet, attestations } });
    expect(text).toMatch(/Signals attested by a provider.*"fraud-service"/);
    expect(text.indexOf('0.9')).toBeLessThan(text.indexOf('What the agent says about itself'));
    expect(text).not.toContain('<script');
    expect(packetPage(visitor, view)).not.toContain('attested');
  });

  it('lists evidence as text of others with a link to save it, and says what is missing', () => {
    const attachments = [
      {
        ...{ attachment_id: 'att_1', kind: 'invoice', name: `${evil}\u202e.pdf`, media_type: 'application/pdf' },
        ...{ size_bytes: 1234, sha256: `sha256:${'ab'.repeat(32)}` },
        attached_by: { issuer: null, subject: 'refund-agent', role: 'agent' },
      },
    ];
    const text = packetPage(visitor, { ...view, missing: ['contract'], packet: { ...view.packet, attachments } });
    expect(text).toContain('href="/page/requests/req_1/attachments/att_1" download');
    expect(text).toContain('abababababab…');
    expect(text).toContain('refund-agent (agent)');
    expect(text).toContain('Missing: contract.');
    expect(text).toContain('<mark>⟦U+202E⟧</mark>.pdf');
    expect(text).not.toContain('<script');
    expect(packetPage(visitor, view)).not.toContain('Evidence');
  });

  it('shows the stages of the gate in their order', () => {
    const stages = ['law', 'money'].map((name, at) => ({ name, count: at + 1, roles: ['r'], people: [] }));
    const text = packetPage(visitor, { ...view, packet: { ...view.packet, gate: { name: 'g', stages } } });
    expect(text).toMatch(/in this order, 1.*"law".*in this order, 2.*"money"/);
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

  it('says in the review of broken glass who broke it and why, as text that is not verified', () => {
    const packet = { ...view.packet, break_glass: { by: { issuer: 'i', subject: 'joy' }, reason: evil } };
    const text = packetPage(visitor, { ...view, kind: 'audit', packet });
    expect(text).toContain('joy let this action go in an emergency');
    expect(text).not.toContain('picked at random');
    expect(text).not.toContain('<script');
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
    expect(text).toContain('<del><mark>(hidden: keyed hash) bbbbbbbb</mark></del>');
    expect(text).toContain('<ins><mark>(hidden: keyed hash) cccccccc</mark></ins>');
    expect(text).toContain('"hmac-sha256:forged"');
  });

  it('hides what providers attest under a sensitive pointer as it hides what the agent says there', () => {
    const hash = (digit: string): string => `hmac-sha256:k1:${digit.repeat(64)}`;
    const attestations: JsonValue[] = [
      { value: { fraud_score: 0.9 }, stated_by: 'fraud-service' },
      { value: { iban: hash('b'), owner: { name: hash('c') } }, stated_by: 'bank' },
    ];
    const packet = {
      ...view.packet,
      signals: { value: { iban: hash('a') }, stated_by: 'agent' },
      attestations,
      hidden: ['/signals/iban', '/signals/owner/name'],
    };
    const text = packetPage(visitor, { ...view, packet });
    expect(text).not.toContain('hmac-sha256');
    for (const digit of ['a', 'b', 'c']) expect(text).toContain(`(hidden: keyed hash) ${digit.repeat(8)}`);
    expect(text).toContain('0.9');
  });

  it.each([
    ['not_eligible', 'not among those who may'],
    ['reason_required', 'Write one below'],
    ['stale_packet', 'Read it again'],
    ['too_fast', 'Read on'],
  ] as const)('says what to do after %s', (code, text) =>
    expect(refusalNotice(new CountersignError(code, 'x')).text).toContain(text),
  );

  it('takes no words from an address', () => {
    expect(noticeOf({ said: 'approve' })?.text).toBe('Your approval is recorded.');
    expect([noticeOf({ said: 'constructor' }), noticeOf({ said: evil }), noticeOf({})]).toEqual([null, null, null]);
  });

  it('keeps what a person wrote when a form is refused, and gives it another id', () => {
    const draft = { reason: `${evil} receipt seen`, parameters: '{"amount": 1}', text: 'ask bob' };
    const again = { ...view, changeable: { amount: 2 }, verbs: ['comment'] as const, draft };
    const text = packetPage(visitor, again);
    expect(text).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; receipt seen</textarea>');
    expect(text).toContain('<details open>');
    expect(text).toContain('{&quot;amount&quot;: 1}</textarea>');
    expect(text).toContain('ask bob</textarea>');
    const ids = (page: string): string[] =>
      [...page.matchAll(/name="form_id" value="([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(new Set([...ids(text), ...ids(packetPage(visitor, again))]).size).toBe(4);
  });

  it('offers the reasons of the gate, and takes them with what is written', () => {
    const text = packetPage(visitor, {
      ...view,
      reason_presets: ['receipt seen', evil],
      draft: { preset: 'receipt seen' },
    });
    expect(text).toContain('<option selected>receipt seen</option>');
    expect(text).not.toContain('<script');
    expect(packetPage(visitor, view)).not.toContain('name="preset"');
    const form = { vote: 'approve', packet_digest: 'p', preset: 'receipt seen' };
    expect(voteOf(form, {})).toMatchObject({ reason: 'receipt seen' });
    expect(voteOf({ ...form, reason: ' by ann ' }, {})).toMatchObject({ reason: 'receipt seen: by ann' });
  });

  it('offers to break the glass to those who can, and keeps their words', () => {
    expect(packetPage(visitor, view)).not.toContain('break_glass');
    const text = packetPage(visitor, { ...view, glass_ttl_s: 600, draft: { emergency: `${evil} pump` } });
    expect(text).toContain('may run for 10 min');
    expect(text).toContain('&quot; pump</textarea>');
    expect(text).toContain('name="verb" value="break_glass"');
  });

  it('offers to change only what can be changed, and to release only what is held', () => {
    expect(packetPage(visitor, view)).not.toContain('approve_with_changes');
    expect(packetPage(visitor, { ...view, changeable: {} })).toContain('value="approve_with_changes"');
    const held = packetPage(visitor, { ...view, held: true, hindrance: 'ended' });
    for (const verb of ['let_go', 'recall']) expect(held).toContain(`name="verb" value="${verb}"`);
    expect(held).not.toContain('name="vote"');
    expect(packetPage(visitor, view)).not.toContain('let_go');
  });

  it('lists what waits', () => {
    const item: QueueItem = {
      request_id: 'req_1',
      kind: 'approval',
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
    const listed = (items: QueueItem[], total = items.length) => ({
      ...{ items, total, next: total > items.length ? 'c1' : null, isFirst: true },
    });
    const queue = (mine: QueueItem[], others: QueueItem[] = [], held: QueueItem[] = []): string =>
      queuePage(visitor, { mine: listed(mine), others: listed(others), held: listed(held), batches: [] }, 0);
    const many = queuePage(
      visitor,
      { mine: listed([item], 1_165), others: listed([]), held: listed([]), batches: [] },
      0,
    );
    expect(many).toContain('1165 requests, 1 of them on this page');
    expect(many).toContain('href="/?mine=c1"');
    expect(queue([item])).toContain('1 of 2');
    expect(queue([item])).not.toContain('In other hands');
    expect(queue([], [{ ...item, kind: 'audit' }])).toMatch(
      /Nothing waits for you[^]*In other hands[^]*<span class="tag">audit/,
    );
    expect(queue([], [], [item])).toContain('Approved, and held');
    expect([timeLeft(60_000, 0), timeLeft(0, 7_200_000)]).toEqual(['1 min left', '2 h late']);
  });
});

const NONE = { items: [], total: 0, next: null, isFirst: true };

describe('the forms of a packet', () => {
  const current = { amount: { value: '6000.00', currency: 'USD' }, order: '12345' };
  const typed = JSON.stringify(current, null, 2).replaceAll('\n', '\r\n');
  const changed = typed.replace('6000.00', '4500.00');
  const form = { vote: 'approve', packet_digest: 'sha256:p', reason: ' ' };

  it('approve what is shown, with parameters only where they are changed', () => {
    const body = { packet_digest: 'sha256:p', reason: null };
    expect(voteOf({ ...form, parameters: typed }, current)).toEqual({ ...body, vote: 'approve' });
    expect(voteOf({ ...form, vote: 'approve_with_changes', parameters: changed }, current)).toEqual({
      ...{ ...body, vote: 'approve_with_changes' },
      parameters: { ...current, amount: { value: '4500.00', currency: 'USD' } },
    });
    expect(voteOf({ ...form, vote: 'deny', parameters: changed }, current)).toEqual({ ...body, vote: 'deny' });
  });

  it.each([
    ['Approve after changing the parameters', { parameters: changed }, 'pressed Approve'],
    ['Approve after spoiling them', { parameters: '{' }, 'pressed Approve'],
    ['changes that change nothing', { vote: 'approve_with_changes', parameters: typed }, 'as proposed'],
    ['no JSON', { vote: 'approve_with_changes', parameters: '{"a": 1,}' }, 'no valid JSON'],
    ['a list', { vote: 'approve_with_changes', parameters: '[1]' }, 'JSON object'],
    ['the same member twice', { vote: 'approve_with_changes', parameters: '{"a": 1, "a": 2}' }, 'no valid JSON'],
  ])('are refused in words: %s', (_what, fields, words) =>
    expect(() => voteOf({ ...form, ...fields }, current)).toThrow(words),
  );

  it('release at a time of UTC, or now, or take back', () => {
    expect(releaseOf({ verb: 'let_go', release_at: '2026-06-19T09:00' })).toEqual({
      ...{ recall: false, reason: null },
      release_at: Date.UTC(2026, 5, 19, 9),
    });
    expect(releaseOf({ verb: 'let_go', release_at: '', reason: 'quiet hours' })).toEqual({
      ...{ recall: false, reason: 'quiet hours' },
      release_at: null,
    });
    expect(releaseOf({ verb: 'recall', release_at: 'x' })).toMatchObject({ recall: true, release_at: null });
    for (const release_at of ['tomorrow', '2026-13-01T00:00', '2026-06-19T09:00+02:00'])
      expect(() => releaseOf({ verb: 'let_go', release_at })).toThrow('in UTC');
  });

  it('hand on only with words and a person', () => {
    expect(custodyOf({ verb: 'claim' })).toEqual({ verb: 'claim' });
    expect(custodyOf({ verb: 'comment', text: ' call them ' })).toEqual({ verb: 'comment', text: 'call them' });
    expect(custodyOf({ verb: 'recuse', text: 'my brother' })).toEqual({ verb: 'recuse', reason: 'my brother' });
    expect(custodyOf({ verb: 'reassign', text: 'away', to_subject: 'bob' })).toEqual({
      ...{ verb: 'reassign', to_subject: 'bob' },
      reason: 'away',
    });
    expect(() => custodyOf({ verb: 'escalate', text: ' ' })).toThrow('a few words');
    expect(() => custodyOf({ verb: 'reassign', text: 'away' })).toThrow('to whom');
    expect(() => custodyOf({ verb: 'assign', text: 'x', to_subject: 'bob' })).toThrow('no such button');
  });

  it('shows a batch: what differs in a row each, what is shared once, the others apart, one form', () => {
    const row = (at: number) => ({
      request_id: `req_${at}`,
      packet_digest: `sha256:${at}`,
      target: evil,
      amount: null,
    });
    const batch = {
      ...{ batch: 'bat_1', action_type: 'refund', gate: 'g', environment: 'production' },
      sum: { value: '21.00', currency: 'USD' },
      items: [1, 2].map((at) => ({ ...row(at), differs: { '/parameters/note': `${evil}\u202e${at}` } })),
      common: { '/parameters/lot': evil },
      outliers: [{ ...row(3), outliers: [{ reason: 'amount', at: '/parameters/amount' }] }],
    };
    const text = batchPage(visitor, batch);
    expect(text).not.toContain('<script');
    expect(text).toContain('<mark>⟦U+202E⟧</mark>2');
    expect(text).toContain('2 alike: refund');
    expect(text).toContain('21.00 USD in all');
    for (const at of [1, 2]) expect(text).toContain(`name="req_${at}" value="sha256:${at}"`);
    expect(text).not.toContain('name="req_3"');
    expect(text).toContain('an amount far from the others (<span class="text">"/parameters/amount"</span>)');
    const link = { ...{ batch: 'bat_1', action_type: 'refund', count: 2, sum: null }, outliers: 1 };
    expect(queuePage(visitor, { mine: NONE, others: NONE, held: NONE, batches: [link] }, 0)).toContain(
      'href="/page/batches/bat_1"',
    );
  });

  it('says of each vote of a batch what became of it', () => {
    const answers = [
      { request_id: 'req_1', request: { status: 'approved' } },
      { request_id: 'req_2', problem: { type: 'urn:countersign:problem:batch_outlier' } },
    ];
    const text = batchResultPage(
      visitor,
      answers.map((one) => rowResult(one as never)),
    );
    expect(text).toContain('1 of 2 votes are recorded');
    expect(text).toContain('Open it by itself');
  });
});
