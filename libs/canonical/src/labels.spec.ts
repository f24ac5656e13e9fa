import { isName, labelFault } from './labels.js';

describe('a name', () => {
  it.each(['refund', 'a', 'wire_transfer', 'tau.book-flight', 'a'.repeat(64), 'v2'])('is one: %s', (text) =>
    expect(isName(text)).toBe(true),
  );

  it.each([
    'Refund',
    'refund ',
    ' refund',
    'refund\n',
    're fund',
    'r\u0435fund', // a Cyrillic letter
    'refund\u200b',
    '2fa',
    '_a',
    'a:b',
    'a/b',
    '',
    'a'.repeat(65),
    'ﬁ',
    'toString',
  ])('is none: %j', (text) => expect(isName(text)).toBe(false));
});

describe('a label', () => {
  it.each([
    'customer:812',
    'order 12 of 3',
    'Zoë Łukasz 田中さん',
    'ann@example.com',
    'https://example.com/a?b=c#d',
    'employee/ann',
    '👍🏽'.repeat(128),
    '😀'.repeat(256),
    'e\u0301',
    '"quoted", <b>&amp;</b>',
  ])('is fine: %j', (text) => expect(labelFault(text)).toBeNull());

  it.each([
    ['nothing', ''],
    ['too long', 'a'.repeat(257)],
    ['too many code points', '😀'.repeat(257)],
    ['a line end', 'a\nb'],
    ['a line end at the end', 'a\n'],
    ['an escape', 'r1\u001b[2K'],
    ['a delete', 'a\u007f'],
    ['a C1 control', 'a\u0085'],
    ['a zero-width space', 'a\u200bb'],
    ['a direction', 'a\u202eb'],
    ['a variation selector', 'a\ufe0f'],
    ['a variation selector beyond', 'a\u{e0101}'],
    ['a tag', 'a\u{e0041}'],
    ['a grapheme joiner', 'a\u034f'],
    ['a Hangul filler', 'a\u3164'],
    ['private use', 'a\ue000'],
    ['unassigned', 'a\u0378'],
    ['a noncharacter', 'a\uffff'],
    ['a lone surrogate', 'a\ud800'],
    ['a space that is none', 'a\u00a0b'],
    ['a wide space', 'a\u3000b'],
    ['a line separator', 'a\u2028b'],
    ['a tab', 'a\tb'],
    ['two spaces', 'a  b'],
    ['a space before', ' a'],
    ['a space behind', 'a '],
    ['a space only', ' '],
  ])('is refused: %s', (_what, text) => expect(labelFault(text)).toMatch(/^expected/));

  it('has a length of its own', () => {
    expect(labelFault('a'.repeat(2_000), 2_000)).toBeNull();
    expect(labelFault('a'.repeat(2_001), 2_000)).toMatch('2000');
  });
});
