import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  foldText,
  hiddenIn,
  isPlainText,
  lookAlikesIn,
  piecesOf,
  runsOf,
  seenLength,
  signsIn,
  visibleText,
} from '../index.js';

const HONEST = JSON.parse(readFileSync(new URL('./honest-texts.json', import.meta.url), 'utf8')) as Record<
  string,
  string[]
>;
const all = Object.entries(HONEST).flatMap(([script, texts]) => texts.map((text) => [script, text] as const));

describe('honest texts', () => {
  it('are many, of many scripts', () => {
    expect(all.length).toBeGreaterThanOrEqual(300);
    expect(new Set(all.map(([, text]) => text)).size).toBe(all.length);
    const scripts = new Set(
      all.flatMap(([, text]) => SCRIPTS.filter((name) => new RegExp(`\\p{sc=${name}}`, 'u').test(text))),
    );
    expect(scripts.size).toBeGreaterThanOrEqual(20);
  });

  it.each(all)('%s: %j has no sign', (_script, text) => expect(signsIn(text)).toEqual([]));
});

const SCRIPTS = (
  'Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada ' +
  'Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Cherokee Khmer Mongolian Hiragana Katakana Han'
).split(' ');

describe('signs', () => {
  it.each([
    ['a text that runs backwards', 'pay\u202eecila', '⟦U+202E⟧'],
    ['a command to a terminal', 'r1\u001b[1A\u001b[2K\rok', 'r1⟦U+001B⟧[1A⟦U+001B⟧[2K⟦U+000D⟧ok'],
    ['a variation selector', 'ok\ufe0f', 'ok⟦U+FE0F⟧'],
    ['a message of variation selectors', 'ok\u{e0150}\u{e0151}', '⟦U+E0150⟧⟦U+E0151⟧'],
    ['tags', 'ok\u{e0061}', '⟦U+E0061⟧'],
    ['a joiner that joins nothing', 'a\u034fb', '⟦U+034F⟧'],
    ['a Hangul filler', 'guar\u3164antee', '⟦U+3164⟧'],
    ['blank Braille', 'a\u2800b', '⟦U+2800⟧'],
    ['an odd space', 'a\u2003b', '⟦U+2003⟧'],
    ['two spaces of typography', 'a\u00a0\u00a0b', '⟦U+00A0⟧'],
    ['a space at the end', 'ann\u00a0', '⟦U+00A0⟧'],
    ['a line separator', 'a\u2028b', '⟦U+2028⟧'],
    ['private use', 'a\ue000', '⟦U+E000⟧'],
    ['half a pair', 'a\ud800', '⟦U+D800⟧'],
    ['no character', 'a\u0378', '⟦U+0378⟧'],
    ['a joiner in Latin', 'pay\u200dpal', '⟦U+200D⟧'],
    ['a soft hyphen', 'gu\u00adarantee', '⟦U+00AD⟧'],
    ['a stroke through a digit', '6\u0336000', '⟦U+0336⟧'],
    ['more marks than a letter has', `a${'\u0301'.repeat(9)}`, '⟦U+0301⟧'],
    ['letters of flags that are none', '\u{1f1e6}\u{1f1f3}\u{1f1f9}', '⟦U+1F1'],
    ['a line end', 'a\nb', 'a⟦U+000A⟧b'],
    ['a sign typed as text', '⟦U+202E⟧', '⟦U+27E6⟧U+202E⟦U+27E7⟧'],
    ['a Cyrillic letter', 'p\u0430ypal.com', 'p\u0430⟦U+0430⟧ypal.com'],
    ['an Armenian letter', 'pr\u0585mise', '⟦U+0585⟧'],
    ['a Greek letter', 'g\u03bfogle', '⟦U+03BF⟧'],
    ['a Cherokee letter', '\u13aaayment', '⟦U+13AA⟧'],
    ['small capitals', '\u0262\u1d1c\u1d00\u0280anted', '⟦U+0262⟧'],
    ['a phonetic letter', 'p\u0251ypal', '⟦U+0251⟧'],
    ['letters of mathematics', '\u{1d429}ay', '⟦U+1D429⟧'],
    ['letters in circles', '\u24d0pprove', '⟦U+24D0⟧'],
    ['a Roman numeral as a letter', '\u217ficrosoft', '\u217f⟦U+217F⟧icrosoft'],
    ['full width within plain letters', 'pa\uff59pal', '⟦U+FF59⟧'],
    ['a whole word of others', '\u0410\u0421\u041c\u0415', '\u0410\u0421\u041c\u0415⟦Cyrillic⟧'],
    ['the same with an ending', '\u0430\u0440\u0440\u04cf\u0435.com', '⟦Cyrillic⟧.com'],
    ['a digit of another script', '\u09ea00.00', '\u09ea⟦U+09EA⟧00.00'],
    ['digits that look like others', '\u09ea\u09ed', '⟦U+09EA⟧'],
    ['a letter in a number', '6O00.00', '6O⟦U+004F⟧00.00'],
    ['a dot that is none', 'acme\u2024com', '⟦U+2024⟧com'],
    ['a number moved by a letter', '100 \u05d0 900', '100 \u05d0 ⟦after right-to-left⟧900'],
    ['an amount moved by Arabic', 'USD 100 \u0628 6000.00', '⟦after right-to-left⟧6000'],
  ])('show %s', (_what, text, shown) => expect(visibleText(text)).toContain(shown));

  it('leave nothing hidden, and nobody can spell one', () => {
    const unit = fc.constantFrom(...'aZ0 .⟦⟧U+202E\u202e\u200b\u200d\u3164\ufe0f\u05d0\u0430\n\u001b', '👩', '🇫🇷');
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const shown = visibleText(text);
        const spelled = piecesOf(text)
          .filter(({ is }) => is === 'text')
          .map((piece) => piece.text)
          .join('');
        expect(hiddenIn(shown)).toEqual([]);
        expect(spelled).not.toMatch(/[⟦⟧]/);
      }),
    );
  });

  it('take time linear in a hostile text', () => {
    const began = performance.now();
    const parts = [
      '\u05d0 1',
      'a\u0430',
      '\u200d',
      'a\u0301',
      '\u09ea ',
      '👩\u200d',
      '\u0628\u200c',
      '\u00a0 ',
      '1O1 ',
      '\u2024a',
      '\ufdfa',
      '<',
    ];
    for (const part of parts) signsIn(part.repeat(15_000));
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

describe('a text in pieces of one direction', () => {
  it('keeps the order that is stored', () => {
    expect(runsOf('100 \u05d0 900').map(({ text }) => text)).toEqual(['100 ', '\u05d0', ' 900']);
    expect(runsOf('plain')).toEqual([{ text: 'plain', rightToLeft: false }]);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('1', 'a', '\u05d0', ' ', '\u0628') }), (text) =>
        expect(
          runsOf(text)
            .map((run) => run.text)
            .join(''),
        ).toBe(text),
      ),
    );
  });
});

describe('what a reader counts', () => {
  it.each([
    ['\u200b'.repeat(10), 0],
    [' \u3164 a \u2800', 1],
    ['e\u0301te\u0301', 3],
    ['👩🏽‍🚀 ok', 4],
    ['receipt seen', 12],
  ])('%j: %d', (text, length) => expect(seenLength(text)).toBe(length));

  it('counts no further than asked, because that costs', () => {
    expect(['x'.repeat(100), 'xy', '\u200b'].map((text) => seenLength(text, 10))).toEqual([10, 2, 0]);
  });
});

describe('texts without what a reader does not see', () => {
  it.each([
    'guar\u3164antee',
    'gu\u0430rantee',
    'guarant\u0435\u0435',
    'ｇuarantee',
    'g\u0301uarantee',
    '\u{1d420}uarantee',
    'guar\ufe0fantee',
  ])('%j is read as the word', (text) => expect(foldText(text)).toBe('guarantee'));

  it('fold once', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(foldText(foldText(text))).toBe(foldText(text))),
    ));

  it('and honest words stay different', () => {
    expect(isPlainText('Straße')).toBe(true);
    expect(lookAlikesIn('Straße')).toEqual([]);
    expect(foldText('warranty')).not.toBe(foldText('guarantee'));
  });
});
