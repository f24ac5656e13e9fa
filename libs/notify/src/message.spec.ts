import { Webhook } from 'standardwebhooks';
import type { RequestOpened } from '@countersign/events';
import { mailOf } from './email.js';
import { readSettings, wants } from './endpoint.js';
import type { PeopleEndpoint } from './endpoint.js';
import { messageOf, messageText } from './message.js';
import { nextAttemptAt, RETRY_WAITS_MS } from './schedule.js';
import { signatureHeaders } from './signature.js';
import { slackBody } from './slack.js';
import { summaryOf } from './summary.js';

const EVIL = '<!channel> <https://evil.test|click> *now* & more\r\nBcc: all@evil.test\u202e';
const event: RequestOpened = {
  ...{ tenant: 'acme', action_id: 'act_1', run_id: EVIL, agent_id: 'refund-agent', action_type: 'refund' },
  ...{ environment: 'production', agent_version: '1.4.2', model_id: 'm-7', submitted_at: 1, decided_at: 2 },
  ...{
    request_id: 'req_1',
    request_kind: 'approval',
    gate: 'two-people',
    packet_digest: 'sha256:p',
    blind_review: false,
  },
  ...{ approvals_required: 2, roles: ['finance'], opened_at: 3, respond_by: 3_600_003, expires_at: 86_400_003 },
  ...{ amount_value: '6000.00', amount_currency: 'USD' },
};
const PAGE = 'https://approve.example.com';
const opened = { name: 'RequestOpened', schemaId: 1, topic: 't', event } as const;
const message = messageOf(opened, PAGE)!;
const summary = summaryOf(message);
const secret = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;

describe('a message', () => {
  it('names run, agent version, model, amount, deadline and a deep link', () => {
    expect(message.data).toMatchObject({
      ...{ run_id: EVIL, agent_version: '1.4.2', model_id: 'm-7', amount: { value: '6000.00', currency: 'USD' } },
      ...{ respond_by: '1970-01-01T01:00:00.003Z', url: `${PAGE}/requests/req_1` },
    });
  });

  const of = { ...event, respond_by: 3_600_003, roles: ['lead', 'finance'] };
  const told = (name: string, more: object) => messageOf({ ...opened, name, event: { ...of, ...more } } as never, PAGE);
  const REQUEST = `${PAGE}/requests/req_1`;

  it.each([
    {
      name: 'RequestReminded',
      more: { nth: 1, of: 2, assignee: null, claimed_by: 'ann', reminded_at: 4 },
      type: 'request.reminded',
      data: { nth: 1, of: 2, claimed_by: 'ann', roles: ['lead', 'finance'], respond_by: '1970-01-01T01:00:00.003Z' },
      title: 'Reminder, still waiting for a person: refund · production',
    },
    {
      name: 'RequestEscalated',
      more: { by: 'person', subject: 'bob', reason: EVIL, assignee: null, escalated_at: 4 },
      type: 'request.escalated',
      data: { by: 'person', escalated_by: 'bob', roles: ['lead', 'finance'] },
      title: 'Escalated, further roles may vote: refund · production',
    },
    {
      name: 'GlassBroken',
      more: {
        reviewer_id: 'joy',
        reason: EVIL,
        grant_ttl_s: 600,
        review_request_id: 'req_2',
        approvals_given: 0,
        broken_at: 4,
      },
      type: 'glass.broken',
      data: { broken_by: 'joy', grant_ttl_s: 600, review_request_id: 'req_2', approvals_given: 0, url: REQUEST },
      title: 'Glass broken, released by one person: refund · production',
    },
    ...['assign', 'reassign'].map((verb) => ({
      name: 'CustodyChanged',
      more: { verb, subject: 'adam', to_subject: 'ann', reason: EVIL, at: 4 },
      type: 'request.assigned',
      data: { assignee: 'ann', assigned_by: 'adam', url: REQUEST },
      title: 'Assigned to ann: refund · production',
    })),
  ])('of $name is $type in its three forms', ({ name, more, type, data, title }) => {
    const one = told(name, more)!;
    expect(one).toMatchObject({ type, timestamp: '1970-01-01T00:00:00.004Z', data });
    expect(one.data).not.toHaveProperty('reason');
    const [mail, slack] = [mailOf(summaryOf(one)), slackBody(summaryOf(one))];
    expect(mail.subject).toBe(`[Countersign] ${title}`);
    const link = type === 'glass.broken' ? REQUEST : `${REQUEST}?intent=approve`;
    for (const form of [mail.text, slack]) expect(form).toContain(link);
    expect(JSON.parse(slack)).toMatchObject({ text: title });
  });

  it('of a freeze is one, from one partition, and names its scope and no reason', () => {
    const freeze = {
      tenant: 'acme',
      freeze_id: 'frz_1',
      agent_id: null,
      reviewer_id: 'adam',
      reason: EVIL,
      changed_at: 4,
    };
    const frozen = (more: object) =>
      messageOf(
        { ...opened, name: 'FreezeChanged', event: { ...freeze, partition: 0, frozen: true, ...more } } as never,
        PAGE,
      );
    const all = frozen({ action_type: null })!;
    expect(all.data).toEqual({ tenant: 'acme', freeze_id: 'frz_1', frozen: true, changed_by: 'adam', url: `${PAGE}/` });
    expect(mailOf(summaryOf(all)).subject).toBe('[Countersign] Frozen: every agent · every action type');
    const lifted = summaryOf(frozen({ frozen: false, agent_id: 'a', action_type: 'refund' })!);
    expect(lifted).toMatchObject({ title: 'Freeze lifted: a · refund', links: [['Open', `${PAGE}/`]] });
    expect(slackBody(lifted)).not.toContain('intent=');
    expect(frozen({ partition: 1, action_type: null })).toBeNull();
  });

  it.each(['claim', 'release', 'claim_lapsed', 'recuse', 'escalate', 'comment'])('is none of custody %s', (verb) =>
    expect(told('CustodyChanged', { verb, to_subject: 'ann', subject: 'bob', at: 4 })).toBeNull(),
  );

  it('of an approval names nobody while a blind review of it waits', () => {
    const ended = { status: 'approved', resolved_by: 'people', reviewer_id: 'ann', resolved_at: 4, changed: false };
    const named = (blind_review: boolean) => told('RequestResolved', { ...ended, blind_review })?.data['reviewer_id'];
    expect([named(false), named(true)]).toEqual(['ann', null]);
  });

  it('is nothing about other events', () => {
    const other = { ...opened, name: 'GrantIssued' } as never;
    expect(messageOf(other, PAGE)).toBeNull();
  });
});

describe('a signature', () => {
  const body = messageText(message);
  const now = Math.floor(Date.now() / 1_000);

  it('is what the library of Standard Webhooks verifies, with each of the secrets', () => {
    const headers = signatureHeaders({ id: 'msg_1', timestampS: now, body }, [secret(1), secret(2)]);
    for (const fill of [1, 2]) expect(new Webhook(secret(fill)).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret(3)).verify(body, headers)).toThrow();
    expect(() => new Webhook(secret(1)).verify(`${body} `, headers)).toThrow();
    expect(() => new Webhook(secret(1)).verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow();
  });

  it('needs a secret of 24 to 64 bytes, and never shows it', () => {
    for (const bad of ['whsec_c2hvcnQ=', 'canary-secret', `whsec_${Buffer.alloc(65).toString('base64')}`])
      expect(() => signatureHeaders({ id: 'i', timestampS: 1, body: '' }, [bad])).toThrow(/^(?!.*canary).*24 to 64/);
  });
});

describe('what people read', () => {
  it('is one line of quoted text for what agents write, with its types, as on the page', () => {
    const told = (data: object): string => mailOf(summaryOf({ ...message, data: { ...message.data, ...data } })).text;
    expect(told({ run_id: 'a\r\nb\u202e' })).toContain('run: "a⟦U+000D⟧⟦U+000A⟧b⟦U+202E⟧"');
    expect(told({ run_id: 'x'.repeat(500) })).toContain('⟦300 more characters⟧');
    expect(told({ run_id: 'approved' })).toContain('run: "approved"\n');
    expect(told({ agent_version: 'v1", approved by "cfo' })).toContain('agent version: "v1\\", approved by \\"cfo"');
    expect(told({ amount: { value: '1.00', currency: '000 USD' } })).toContain('amount: 1.00 "000 USD"');
  });

  it('mentions nobody and links nowhere in Slack', () => {
    const body = slackBody(summary);
    expect(body).not.toMatch(/<!|<https|<@/);
    expect(body).toContain('&lt;!channel&gt;');
    const { blocks } = JSON.parse(body) as { blocks: { type: string; fields?: { verbatim: boolean }[] }[] };
    expect(blocks.flatMap(({ fields }) => fields ?? []).every(({ verbatim }) => verbatim)).toBe(true);
    for (const { fields } of blocks) expect(fields?.length ?? 0).toBeLessThanOrEqual(10);
    expect(body).toContain(`${PAGE}/requests/req_1?intent=approve`);
  });

  it('adds no header and no line to a mail', () => {
    const { subject, text } = mailOf(summary);
    expect(subject).toBe('[Countersign] Waiting for a person: refund · 6000.00 USD · production');
    expect(text.split('\n').some((line) => line.startsWith('Bcc'))).toBe(false);
    expect(mailOf(summaryOf({ ...message, data: { ...message.data, action_type: EVIL } })).subject).not.toMatch(
      /[\r\n]/,
    );
  });
});

describe('the schedule', () => {
  it('is ten attempts over about three days, each wait varied by a fifth', () => {
    expect(RETRY_WAITS_MS).toHaveLength(9);
    const hours = RETRY_WAITS_MS.reduce((sum, wait) => sum + wait, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(72);
    expect(hours).toBeLessThan(80);
    expect([nextAttemptAt(1, 0, 0), nextAttemptAt(1, 0, 0.5), nextAttemptAt(10, 0, 0.5)]).toEqual([4_000, 5_000, null]);
  });
});

describe('notifications.json', () => {
  const hook = {
    tenant: 'acme',
    endpoint_id: 'ops',
    kind: 'webhook',
    url: 'https://example.com/h',
    secrets: [secret(1)],
  };
  const read = (...endpoints: object[]) => readSettings(JSON.stringify({ endpoints }));

  it('is refused with the member at fault, never with its value', () => {
    const canary = 'canary-7f3';
    for (const bad of [{ secrets: [canary] }, { url: `ftp://${canary}` }, { url: `https://u:${canary}@x.test` }]) {
      expect(() => read({ ...hook, ...bad })).toThrow(/^(?!.*canary).*endpoints\/0/);
    }
    expect(() => read(hook, hook)).toThrow('acme|ops is there twice');
    expect(() => read({ ...hook, endpoint_id: 'm', kind: 'email' })).toThrow('endpoints/0');
    expect(() => read({ tenant: 'acme', endpoint_id: 'm', kind: 'email', to: 'a@b.test' })).toThrow('needs `smtp`');
    expect(() => readSettings('{"endpoints":[{canary')).toThrow(/^it is not JSON$/);
  });

  it('chooses by tenant, type and filters', () => {
    const chosen = (more: Partial<PeopleEndpoint>, tenant = 'acme') =>
      wants({ ...read(hook).endpoints[0]!, ...more } as PeopleEndpoint, tenant, message);
    expect([chosen({}), chosen({}, 'globex'), chosen({ disabled: true })]).toEqual([true, false, false]);
    expect([chosen({ events: ['request.resolved'] }), chosen({ action_types: ['refund'] })]).toEqual([false, true]);
    expect([chosen({ gates: ['other'] }), chosen({ environments: ['production'] })]).toEqual([false, true]);
  });

  it('chooses what is for a person, and tells everybody else of a freeze of everything', () => {
    const endpoint = { ...read(hook).endpoints[0]!, gates: ['g'], action_types: ['refund'] } as PeopleEndpoint;
    const facts = { gate: 'g', action_type: 'refund', assignee: null, claimed_by: 'ann' };
    const reminder = { type: 'request.reminded', data: facts };
    const freeze = { type: 'freeze.changed', data: { frozen: true } };
    const chosen = (people: string[] | undefined, told: { type: string; data: object }) =>
      wants({ ...endpoint, people } as PeopleEndpoint, 'acme', told as typeof reminder);
    expect([chosen(['ann'], reminder), chosen(['bob'], reminder), chosen(undefined, reminder)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([chosen(undefined, freeze), chosen(['ann'], freeze)]).toEqual([true, false]);
    expect(chosen(undefined, { ...freeze, data: { action_type: 'payout' } })).toBe(false);
  });
});
