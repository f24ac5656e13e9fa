import { inLines, packetSections } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { mailOf, slackBody, summaryOf } from '@countersign/notify';
import { batchPage } from './batch-page.js';
import { packetPage } from './packet-page.js';
import { ENTITIES, withoutMarkup } from './testing/page-text.js';

const points = (...ranges: (readonly [from: number, to: number])[]): string[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at)));

/** Characters that draw nothing, or nothing of their own, within a name. */
const HIDDEN = points(
  ...([
    [0x00, 0x08],
    [0x0b, 0x0c],
    [0x0e, 0x1f],
    [0x7f, 0x85],
    [0xad, 0xad],
    [0x34f, 0x34f],
  ] as const),
  ...([
    [0x61c, 0x61c],
    [0x115f, 0x1160],
    [0x17b4, 0x17b5],
    [0x180e, 0x180e],
    [0x2000, 0x2006],
    [0x2008, 0x2008],
    [0x200a, 0x200f],
  ] as const),
  ...([
    [0x2028, 0x202e],
    [0x205f, 0x206f],
    [0x2800, 0x2800],
    [0x3164, 0x3164],
    [0xe000, 0xe000],
  ] as const),
  ...([
    [0xfe00, 0xfe0f],
    [0xfeff, 0xfeff],
    [0xffa0, 0xffa0],
    [0xfff9, 0xfffb],
    [0x1d173, 0x1d17a],
  ] as const),
  ...([
    [0xe0001, 0xe0001],
    [0xe0041, 0xe0044],
    [0xe0100, 0xe0103],
    [0xf0000, 0xf0000],
  ] as const),
).map((one) => `Ac${one}me`);

/** Letters and digits that are read as others. */
const LOOK_ALIKES = [
  ...['\u0410cme', 'A\u0441me', 'Acm\u0435', '\u0391cme', '\u13aacme', 'Acm\uff45', '\u{1d400}cme', '\u24b6cme'],
  ...[
    'p\u0430ypal.com',
    'g\u03bfogle.com',
    'b\u0585b.com',
    'acme\u2024com',
    'acme.com\u2215pay.evil.test',
    '\u1d00cme',
  ],
  ...[
    '\u0410\u0421\u041c\u0415',
    '\u0430\u0440\u0440\u04cf\u0435',
    '\u09ea00.00',
    '6\u0666000',
    '6O00.00',
    '6\u0336000',
  ],
  ...['100 \u05d0 900', 'USD 100 \u0628 6000.00', `A${'\u0300'.repeat(12)}cme`, 'Acm\u0251', '\u{1d7d8}00'],
];

/** Plain characters that read like the page, a message or a terminal. */
const STRUCTURE = [
  ...[
    'Acme" amount 1.00 USD "',
    'Acme\\" 1.00 USD',
    '\\',
    '"',
    '""',
    "'",
    'Acme\namount 1.00 USD',
    'Acme\n\namount: 1.00 USD\n',
  ],
  ...[
    'Acme\r\nBcc: all@evil.test',
    '\ttarget\torder:1',
    '<b>1.00 USD</b>',
    '<mark>⟦verified⟧</mark>',
    '&lt;b&gt;',
    '&quot; 1.00 USD',
    '⟦U+202E⟧',
  ],
  ...[
    '⟦verified⟧',
    '⟦0 more characters⟧',
    '…',
    '–',
    'null',
    'true',
    '1.00 USD',
    '{"value":"1.00","currency":"USD"}',
    '[1.00 USD]',
  ],
  ...[
    'approved by cfo',
    'Countersign verified',
    'digest sha256:aaaa',
    '2 of 2 approvals',
    '*bold* _it_ ~no~ `code`',
    '<!channel> <@U1>',
    '<https://evil.test|click>',
  ],
  ...[
    '</section><section><h2>What an approval releases</h2>',
    '</dd><dt>amount</dt><dd>1.00 USD',
    '${1}',
    '{{amount}}',
    '%0a1.00 USD',
    'javascript:alert(1)',
  ],
];
const ALL = [...HIDDEN, ...LOOK_ALIKES, ...STRUCTURE];

const visitor = { name: 'Ann', tenant: 'acme', csrf: 'c' };
const usd = { value: '6000.00', currency: 'USD' };
const packetOf = (text: string): { [member: string]: JsonValue } => ({
  action: {
    ...{ action_type: 'refund', environment: 'production', target: text, on_behalf_of: text, run_id: text },
    ...{ parameters: { amount: usd, payee: text, [`x${text}`]: 1 }, preconditions: { etag: text }, digest: 'sha256:d' },
  },
  ...{ agent: { id: 'refund-agent', version: text }, model: { id: text }, confidence: 0.9 },
  ...{ rationale: { text, stated_by: 'agent' }, signals: { value: { note: text }, stated_by: 'agent' } },
  ...{ before: { value: { a: text }, stated_by: 'agent' }, after: { value: { a: 1 }, stated_by: 'agent' } },
  ...{ unknown: [`/parameters/${text}`], policy: 'refunds@1', rule: 'large', gate: { name: 'finance', quorum: 2 } },
});
const view = {
  ...{ request_id: 'req_1', kind: 'approval' as const, status: 'pending', approvals: { given: 0, required: 2 } },
  ...{ packet_digest: 'sha256:p', hindrance: 'no', hands: null, comments: [], missing: [], notice: null },
  ...{ changeable: null as JsonValue, held: false, reason_min: null, release_at: null, glass_ttl_s: null },
  ...{ reason_presets: [], verbs: [] as const, draft: {} },
};
const row = (id: string, text: string) => ({
  ...{
    request_id: id,
    packet_digest: 'sha256:p',
    differs: { '/target': text, '/parameters/payee': text, [`/x${text}`]: 1 },
  },
});
const batchOf = (text: string) => ({
  ...{ batch: 'bat_1', action_type: 'refund', gate: 'finance', environment: 'production', sum: usd },
  items: [row('req_1', text), row('req_2', text)],
  common: { '/parameters/method': text, [`/y${text}`]: usd },
  outliers: [{ request_id: 'req_3', target: text, amount: usd, outliers: [{ reason: 'novelty', at: `/p/${text}` }] }],
});
const messageOf = (text: string) =>
  summaryOf({
    ...{ type: 'request.opened', timestamp: '2026-06-19T09:00:00.000Z' },
    data: {
      ...{
        action_type: 'refund',
        environment: 'production',
        gate: 'finance',
        amount: usd,
        url: 'https://a.test/requests/r',
      },
      ...{ run_id: text, agent_version: text, model_id: text, agent_id: 'refund-agent', request_id: 'req_1' },
    },
  } as never);

/** A page as its text, without what is folded away. */
const textOf = (page: string): string =>
  withoutMarkup(page.slice(page.indexOf('<main>')).replace(/<(?:input|textarea|option)[^>]*>/g, ''));

const SURFACES: Readonly<Record<string, (text: string) => string>> = {
  'the page of a request': (text) => textOf(packetPage(visitor, { ...view, packet: packetOf(text) })),
  'the page of a batch': (text) => textOf(batchPage(visitor, batchOf(text))),
  'a mail': (text) => `${mailOf(messageOf(text)).subject}\n${mailOf(messageOf(text)).text}`,
  'a chat message': (text) =>
    [...JSON.stringify(JSON.parse(slackBody(messageOf(text)))).matchAll(/"text":("(?:[^"\\]|\\.)*")/g)]
      .map(([, one = '""']) => JSON.parse(one) as string)
      .join('\n')
      .replace(/&(?:lt|gt|amp);/g, (one) => ENTITIES[one] ?? one),
  'plain lines': (text) =>
    packetSections(packetOf(text), 'sha256:p')
      .flatMap(({ title, entries }) => [
        title,
        ...entries.flatMap((entry) =>
          entry.is === 'fact'
            ? [entry.label, ...inLines(entry.value)]
            : [...inLines({ is: 'text', text: entry.name }), ...inLines(entry.before), ...inLines(entry.after)],
        ),
      ])
      .join('\n'),
};

/** What is said by us: everything outside of quotes, where a quote or backslash of others is escaped. */
const ours = (shown: string): string =>
  shown
    .replace(/"(?:[^"\\]|\\.)*"/gs, 'TEXT')
    .replace(/⟦\d+ more characters⟧/g, '')
    .replace(/\s+/g, ' ');
const UNSEEN = /(?![\t\n]|\r\n)\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|\p{Co}|(?! )\p{Zs}|\u2800/u;

describe('what anybody writes', () => {
  it('is tried with many payloads', () => {
    expect(new Set(ALL).size).toBe(ALL.length);
    expect(ALL.length).toBeGreaterThanOrEqual(150);
  });

  describe.each(Object.entries(SURFACES))('on %s', (_name, draw) => {
    const honest = ours(draw('Acme'));

    it.each(ALL.map((text) => [JSON.stringify(text), text]))('%s says nothing in our name', (_json, text) => {
      const shown = draw(text);
      expect(ours(shown)).toBe(honest);
      expect(shown).not.toMatch(UNSEEN);
    });

    it.each([...HIDDEN, ...LOOK_ALIKES].map((text) => [JSON.stringify(text), text]))('%s is marked', (_json, text) =>
      expect(draw(text)).toMatch(/⟦(?:U\+[0-9A-F]{4,6}|Cyrillic|Greek|after right-to-left)⟧/),
    );
  });
});
