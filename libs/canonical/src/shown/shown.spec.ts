import type { JsonValue } from '../json.js';
import { inLines, inText } from './in-text.js';
import { packetSections } from './packet-sections.js';
import { show } from './shown.js';

const text = (value: JsonValue | undefined): string => inText(show(value));

describe('a value as a person is shown it', () => {
  it.each<[JsonValue | undefined, string]>([
    [undefined, '–'],
    ['–', '"–"'],
    [null, 'null'],
    ['null', '"null"'],
    [true, 'true'],
    ['true', '"true"'],
    [5, '5'],
    ['5', '"5"'],
    [{ value: '6000.00', currency: 'USD' }, '6000.00 USD'],
    ['6000.00 USD', '"6000.00 USD"'],
    [{ value: '6.00', currency: 'points' }, '6.00 "points"'],
    [[], '[]'],
    ['[]', '"[]"'],
    [{ 'approved by': 'ann' }, '{"approved by": "ann"}'],
    ['say "yes"', '"say \\"yes\\""'],
    ['a\\" b', '"a\\\\\\" b"'],
  ])('%j reads as no other one: %s', (value, shown) => expect(text(value)).toBe(shown));

  it('holds no line of its own, in a text and in a name', () => {
    expect(text('a\nb')).not.toContain('\n');
    expect(inLines(show({ 'a\ntarget: "x"': 'b' }))).toHaveLength(1);
  });

  it('pushes nothing away: what is long is folded, and how much is said', () => {
    expect(text('x'.repeat(300)).length).toBeLessThan(260);
    expect(text('x'.repeat(300))).toContain('100 more characters');
    expect(text('a\n'.repeat(200))).toContain('more characters');
    expect(text(Array.from({ length: 25 }, () => 0))).toContain('5 more');
    expect(text({ ['n'.repeat(100)]: 1 })).toContain('40 more characters');
  });

  it('spells no sign of ours', () => {
    expect(text('⟦keyed hash⟧')).not.toContain('"⟦keyed hash⟧"');
    const hash = `hmac-sha256:k:${'a'.repeat(64)}`;
    expect(inText(show(hash, { at: '/parameters/iban', hidden: ['/parameters/iban'] }))).toBe('⟦keyed hash aaaaaaaa⟧');
    expect(text(hash)).toContain('"hmac-sha256:k:');
  });
});

describe('a packet in sections', () => {
  const of = (packet: { [member: string]: JsonValue }) => packetSections(packet, 'sha256:packet');
  const action = { action_type: 'refund', environment: 'production', parameters: { target: 'x' }, digest: 'sha256:a' };

  it('keeps names of agents below labels of ours', () => {
    const [released] = of({ action, agent: { id: 'a', version: '1; approved by ann' } });
    const labels = released?.entries.map((entry) => (entry.is === 'fact' ? entry.label : null));
    expect(labels).toEqual(expect.arrayContaining(['action type', 'parameters', 'agent version', 'digest', 'packet']));
    const version = released?.entries.find((entry) => entry.is === 'fact' && entry.label === 'agent version');
    expect(version).toMatchObject({ value: { is: 'text' } });
  });

  it('shows preconditions, which are part of the digest', () => {
    const [released] = of({ action: { ...action, preconditions: { etag: '7' } } });
    expect(released?.entries).toContainEqual(expect.objectContaining({ label: 'preconditions' }));
  });

  it('shows a change of texts or lists whole', () => {
    const sections = of({ action, before: { value: 'old' }, after: { value: ['new'] } });
    const change = sections.find(({ title }) => title === 'Before and after');
    const values = change?.entries.map((entry) => (entry.is === 'fact' ? inText(entry.value) : null));
    expect(values).toEqual(['"old"', '["new"]']);
  });

  it('keeps the confidence that policy judged apart from a signal of that name', () => {
    const said = of({ action, confidence: 0.4, signals: { value: { confidence: 0.99 } } }).find(
      ({ untrusted }) => untrusted,
    );
    const facts = said?.entries.map((entry) => (entry.is === 'fact' ? [entry.label, inText(entry.value)] : null));
    expect(facts).toContainEqual(['confidence', '0.4']);
    expect(facts).toContainEqual(['signals', '{"confidence": 0.99}']);
  });

  it('begins with what was denied before', () => {
    const denied_before = [{ reviewer_id: 'bob', reason: 'no', at: 'then', same: 'digest', action_id: 'act_1' }];
    expect(of({ action, denied_before })[0]).toMatchObject({ title: 'Denied before', untrusted: true });
  });
});
