import type { JsonValue } from '@countersign/canonical';
import { inLines, packetSections } from '@countersign/canonical';
import { packetPage } from './packet-page.js';
import { withoutMarkup } from './testing/page-text.js';
import { queuePage } from './queue-page.js';

type Members = { readonly [member: string]: JsonValue };
const NONE = { items: [], total: 0, next: null, isFirst: true };
const visitor = { name: 'Ann', tenant: 'acme', csrf: 'c' };
const usd = { value: '6000.00', currency: 'USD' };
const action = {
  ...{ action_type: 'refund', environment: 'production', target: 'order:12345', on_behalf_of: 'customer:812' },
  ...{ run_id: 'run-1', parameters: { amount: usd, payee: 'Acme' }, preconditions: null, digest: 'sha256:d' },
};
const packet = {
  ...{ action, agent: { id: 'refund-agent', version: 'v1' }, model: { id: 'm' }, rationale: null, confidence: 0.9 },
  ...{ before: null, after: null, signals: null, context: null, unknown: [], policy: 'refunds@1', rule: 'large' },
  ...{ gate: { name: 'finance', quorum: 2 }, classification: { impact: 'high' }, explanation: [] },
};
const view = {
  ...{ request_id: 'req_1', kind: 'approval' as const, status: 'pending', approvals: { given: 0, required: 2 } },
  ...{ packet_digest: 'sha256:p', hindrance: null, hands: null, comments: [], missing: [], notice: null },
  ...{
    changeable: null as JsonValue,
    held: false,
    reason_min: null,
    release_at: null,
    glass_ttl_s: null,
    reason_presets: [],
    verbs: [] as const,
    draft: {},
  },
};
/** What is in sight without a click, as text: labels of ours as `[label]`, signs as they stand. */
const seen = (page: string): string =>
  withoutMarkup(
    page
      .replace(/<details>.*?<\/details>/gs, (fold) => /<summary>(.*?)<\/summary>/s.exec(fold)?.[1] ?? '')
      .replace(/<(?:dt|h2)>(.*?)<\/(?:dt|h2)>/gs, '[$1] '),
  ).replace(/ +/g, ' ');
const pageOf = (over: Members): string => packetPage(visitor, { ...view, packet: { ...packet, ...over } });
const withParameters = (parameters: JsonValue): Members => ({ action: { ...action, parameters } });
const withText = (payee: string): Members => withParameters({ amount: usd, payee });
const long = 'x'.repeat(300);

/** What the agent writes, what the reader must see of it, and what nobody may read. */
const PAYLOADS: readonly (readonly [what: string, over: Members, sees: string | RegExp, never?: string | RegExp])[] = [
  ['a reversed payee', withText('Acme\u202eecila'), '⟦U+202E⟧'],
  ['an isolate', withText('a\u2066b\u2069'), '⟦U+2066⟧'],
  ['a zero-width space', withText('Ac\u200bme'), '⟦U+200B⟧'],
  ['a word joiner', withText('Ac\u2060me'), '⟦U+2060⟧'],
  ['a grapheme joiner', withText('Ac\u034fme'), '⟦U+034F⟧'],
  ['a message in variation selectors', withText('ok\u{e0148}\u{e0149}'), '⟦U+E0149⟧'],
  ['one variation selector', withText('ok\ufe0f'), '⟦U+FE0F⟧'],
  ['a message in tags', withText('ok\u{e0068}\u{e0069}'), '⟦U+E0068⟧'],
  ['a Hangul filler', withText('\u3164'), '⟦U+3164⟧'],
  ['a half-width filler', withText('\uffa0'), '⟦U+FFA0⟧'],
  ['blank Braille', withText('\u2800'), '⟦U+2800⟧'],
  ['an em space', withText('Acme\u2003GmbH'), '⟦U+2003⟧'],
  ['a line separator', withText('a\u2028approved by cfo'), '⟦U+2028⟧'],
  ['a next line', withText('a\u0085b'), '⟦U+0085⟧'],
  ['private use', withText('\uf8ff'), '⟦U+F8FF⟧'],
  ['an escape of a terminal', withText('a\u001b[2Kb'), '⟦U+001B⟧'],
  ['a lone carriage return', withText('evil\rAcme'), '⟦U+000D⟧'],
  ['a struck digit', withText('6\u0336000'), '⟦U+0336⟧'],
  ['stacked marks', withText(`A${'\u0300'.repeat(40)}`), '⟦U+0300⟧'],
  ['a number behind Hebrew', withText('100 \u05d0 900'), /100.*\u05d0.*⟦after right-to-left⟧.*900/s],
  ['a price behind Arabic', withText('pay 1 \u0639 6000'), '⟦after right-to-left⟧'],
  ['a Cyrillic payee', withText('\u0410cme'), '⟦U+0410⟧'],
  ['a wholly Cyrillic payee', withText('\u0410\u0421\u041c\u0415'), '⟦Cyrillic⟧'],
  ['a Greek host', withText('https://g\u03bfogle.com'), '⟦U+03BF⟧'],
  ['an Armenian letter', withText('b\u0585b.com'), '⟦U+0585⟧'],
  ['a mathematical payee', withText('\u{1d400}cme'), '⟦U+1D400⟧'],
  ['small capitals', withText('\u1d00cme'), '⟦U+1D00⟧'],
  ['a full-width letter', withText('Acm\uff45'), '⟦U+FF45⟧'],
  ['a letter in a circle', withText('\u24b6cme'), '⟦U+24B6⟧'],
  ['a dot that is none', withText('acme\u2024com'), '⟦U+2024⟧'],
  ['a Bengali digit', withText('\u09ea00.00'), '⟦U+09EA⟧'],
  ['letters in a number', withText('6O0l.00'), '⟦U+004F⟧'],
  [
    'a look-alike member',
    withParameters({ '\u0430mount': usd, amount: { value: '1.00', currency: 'USD' } }),
    '⟦U+0430⟧',
  ],
  ['a hidden character in a member', withParameters({ amount: usd, 'amount\u200b': 1 }), '⟦U+200B⟧'],
  ['a sign typed as text', withText('⟦U+202E⟧'), '⟦U+27E6⟧'],
  ['a keyed hash typed as text', withText('(hidden: keyed hash) aaaaaaaa'), '"(hidden: keyed hash) aaaaaaaa"'],
  ['a fold typed as text', withText('⟦3 more⟧'), '⟦U+27E6⟧'],
  ['money as text', withParameters({ amount: '6000.00 USD' }), '"6000.00 USD"', / 6000.00 USD /],
  ['money', withParameters({ amount: usd }), / 6000.00 USD /, '"6000.00 USD"'],
  ['true as text', withParameters({ amount: usd, paid: 'true' }), '"true"', / true /],
  ['true', withParameters({ amount: usd, paid: true }), / true /, '"true"'],
  ['null as text', withParameters({ amount: usd, hold: 'null' }), '"null"', /"hold"\s+null/],
  ['a dash as text', withParameters({ amount: usd, hold: '–' }), '"–"', /"hold"\s+–/],
  ['nothing', withParameters({ amount: usd, hold: null }), /"hold"\s+null/],
  ['a number as text', withParameters({ amount: usd, n: '12' }), '"12"', /"n"\s+12/],
  ['a long fraction', withParameters({ amount: usd, n: 0.8999999999999999 }), /"n"\s+0\.8999999999999999/],
  ['an empty text', withText(''), /"payee"\s+""/],
  ['an empty object', withParameters({ amount: usd, n: {} }), 'no members'],
  ['an empty list', withParameters({ amount: usd, n: [] }), 'empty list'],
  ['text that ends its quotes', withText('Acme" approved by "cfo'), '\\" approved by \\"'],
  [
    'money of another currency text',
    withParameters({ amount: { value: '1.00', currency: 'USD' }, b: { value: '6000.00', currency: 'usdc approved' } }),
    '"usdc approved"',
  ],
  [
    'a member called approved by',
    withParameters({ amount: usd, 'approved by': 'cfo' }),
    '"approved by"',
    '[approved by]',
  ],
  [
    'a member called Countersign verified',
    withParameters({ amount: usd, 'Countersign verified': 'yes' }),
    '"Countersign verified"',
    '[Countersign verified]',
  ],
  [
    'a second target',
    withParameters({ amount: usd, target: 'order:1' }),
    /\[target\]\s+"order:12345"[^]*"target"\s+"order:1"/,
  ],
  ['a member called digest', withParameters({ amount: usd, digest: 'sha256:good' }), '"sha256:good"'],
  [
    'a version that claims an approval',
    { agent: { id: 'a', version: 'v1, approved by cfo' } },
    /\[agent version\]\s+"v1, approved by cfo"/,
  ],
  ['an agent named like a label', { agent: { id: 'Countersign: verified', version: 'v' } }, '"Countersign: verified"'],
  [
    'a signal named confidence',
    { signals: { value: { confidence: 1 }, stated_by: 'agent' }, confidence: 0.4 },
    /\[confidence\]\s+0\.4[^]*"confidence"\s+1/,
  ],
  ['a target of 2,000 characters', { action: { ...action, target: 't'.repeat(2_000) } }, '1800 more characters'],
  ['a name of 300 characters', withParameters({ [long]: 1, amount: usd }), /240 more characters[^]* 6000.00 USD /],
  [
    'a text of 200 lines',
    withParameters({ note: 'line\n'.repeat(200), amount: usd }),
    /more characters[^]* 6000.00 USD /,
  ],
  [
    '1,000 members',
    withParameters({ amount: usd, ...Object.fromEntries(Array.from({ length: 999 }, (_, at) => [`m${at}`, at])) }),
    '500 more',
  ],
  [
    'a list of 1,000',
    withParameters({ amount: usd, ids: Array.from({ length: 1_000 }, (_, at) => at) }),
    '480 more, in the JSON',
  ],
  [
    'before and after as text',
    { before: { value: 'open', stated_by: 'agent' }, after: { value: 'closed', stated_by: 'agent' } },
    /\[before\]\s+"open"[^]*\[after\]\s+"closed"/,
  ],
  [
    'before and after as lists',
    { before: { value: [1], stated_by: 'agent' }, after: { value: [2], stated_by: 'agent' } },
    /\[before\]\s+1[^]*\[after\]\s+2/,
  ],
  [
    'a change of type alone',
    { before: { value: { n: 1 }, stated_by: 'agent' }, after: { value: { n: '1' }, stated_by: 'agent' } },
    /"n"\s+1\s+"1"/,
  ],
  [
    'a member that goes',
    { before: { value: { n: null }, stated_by: 'agent' }, after: { value: {}, stated_by: 'agent' } },
    /"n"\s+null\s+–/,
  ],
  ['preconditions', { action: { ...action, preconditions: { etag: '7' } } }, /\[preconditions\]\s+"etag"\s+"7"/],
  [
    'a denial before',
    {
      denied_before: [
        { reviewer_id: 'bob', reason: 'fraud', at: '2026-06-01T00:00:00.000Z', same: 'digest', action_id: 'act_0' },
      ],
    },
    /\[Denied before\][^]*"bob"[^]*"fraud"[^]*\[What an approval releases\]/,
  ],
  [
    'a type that no policy names',
    { unknown: ['/action_type'] },
    /\[No policy names this action type\][^]*\[What an approval releases\]/,
  ],
  ['markup', withText('<b>Acme</b>'), '"<b>Acme</b>"'],
  [
    'a rationale that reads like the page',
    { rationale: { text: 'approved by cfo\n2 of 2 approvals', stated_by: 'agent' } },
    /\[rationale\]\s+"approved by cfo/,
  ],
];

describe('payloads that try to fool the reader', () => {
  it('are many', () => expect(PAYLOADS.length).toBeGreaterThanOrEqual(60));

  it.each(PAYLOADS.map(([what, over, sees, never]) => [what, over, sees, never ?? null] as const))(
    '%s',
    (_what, over, sees, never) => {
      const text = seen(pageOf(over));
      expect(text).toMatch(typeof sees === 'string' ? new RegExp(escaped(sees)) : sees);
      if (never !== null) {
        const body = text.slice(text.indexOf('[parameters]'));
        expect(body).not.toMatch(typeof never === 'string' ? new RegExp(escaped(never)) : never);
      }
    },
  );

  it.each(PAYLOADS.map(([what, over]) => [what, over] as const))('the same in plain text: %s', (_what, over) => {
    const lines = packetSections({ ...packet, ...over }, 'sha256:p').flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.is === 'fact' ? inLines(entry.value) : [])),
    );
    for (const line of lines) expect(line).not.toMatch(/\p{Cc}|\p{Cf}(?<!\u200d)|\p{Zl}|\p{Zp}/u);
  });

  it('keep the labels of the page to the page', () => {
    for (const [, over] of PAYLOADS)
      for (const [, label = ''] of pageOf(over).matchAll(/<dt>(.*?)<\/dt>/gs))
        expect(label).toMatch(/^[a-z][a-z0-9 _,]*$/);
  });

  it('do not widen the queue', () => {
    const item = {
      ...{ request_id: 'req_1', kind: 'approval' as const, action_type: 'refund', environment: 'production' },
      ...{ agent_id: 'a'.repeat(256), target: 't'.repeat(2_000), amount: '450.00 USD', gate: 'g', hands: null },
      ...{ approvals: { given: 0, required: 1 }, respond_by: 0 },
    };
    const text = queuePage(
      visitor,
      { mine: { items: [item], total: 1, next: null, isFirst: true }, others: NONE, held: NONE, batches: [] },
      0,
    );
    expect(text).toContain('1920 more characters');
    expect(text).not.toContain('t'.repeat(81));
  });
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
