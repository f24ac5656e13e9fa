import fc from 'fast-check';
import { cleanName, dispositionOf } from './file-name.js';
import { checkContent, mediaTypeOf, withEnding } from './media-types.js';

const PDF = '%PDF-1.7\n…';
const PNG = '\x89PNG\r\n\x1a\n\x00\x00';

describe('what may be attached', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, text.includes('…') ? 'utf8' : 'latin1');
  const isTaken = (type: string, text: string): boolean => {
    try {
      checkContent(bytes(text), mediaTypeOf(type));
      return true;
    } catch {
      return false;
    }
  };

  it.each([
    ['application/pdf', PDF, true],
    ['Application/PDF; x=y', PDF, true],
    ['image/png', PNG, true],
    ['image/jpeg', '\xff\xd8\xff\xe0', true],
    ['image/gif', 'GIF89a', true],
    ['image/webp', 'RIFF\x00\x00\x00\x00WEBPVP8 ', true],
    ['text/plain', 'Paid … in full\r\n\t<b> is a tag', true],
    ['text/csv; charset=utf-8', 'a,b\n1,2\n', true],
    ['application/json', '\n {"a": 1}', true],
    ['application/pdf', '<html><script>alert(1)</script>', false],
    ['application/pdf', PNG, false],
    ['image/png', PDF, false],
    ['image/webp', 'RIFF\x00\x00\x00\x00WAVEfmt ', false],
    ['image/svg+xml', '<svg onload="alert(1)"/>', false],
    ['text/html', '<p>hello', false],
    ['text/plain', ' \n<!DOCTYPE html><script>alert(1)</script>', false],
    ['text/plain', '<svg onload="alert(1)"/>', false],
    ['text/plain', 'a\x00b', false],
    ['text/plain', '\xff\xfe', false],
    ['application/json', 'not json', false],
    ['application/octet-stream', PDF, false],
    ['application/zip', 'PK\x03\x04', false],
    ['', PDF, false],
    ['application/pdf', '', false],
    ['text/plain', '', false],
    ['constructor', 'x', false],
  ])('%s with %j: %s', (type, text, taken) => {
    expect(isTaken(type, text)).toBe(taken);
  });
});

describe('file names', () => {
  it.each([
    ['invoice 4711.pdf', 'invoice 4711.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\invoice.pdf', 'invoice.pdf'],
    ['.htaccess', 'htaccess'],
    ['inv\u202efdp.exe', 'invfdp.exe'],
    ['a\u200b\u0000\n\u2028b.pdf', 'ab.pdf'],
    ['  a \t b .pdf. ', 'a b .pdf'],
    ['cafe\u0301.pdf', 'caf\u00e9.pdf'],
    ['<script>.pdf', '_script_.pdf'],
    ['请款单.pdf', '请款单.pdf'],
    ['///', 'attachment'],
    ['\u202e', 'attachment'],
    [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(196)}.pdf`],
  ])('%j is kept as %j', (given, kept) => {
    expect(cleanName(given)).toBe(kept);
  });

  it('are short, plain and stay as they are when they are cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 250 }), (given) => {
        const name = cleanName(given);
        expect(name.length).toBeLessThanOrEqual(200);
        expect(name).toMatch(/^[^\p{C}\p{Zl}\p{Zp}/\\<>:"|?*]+$/u);
        expect(cleanName(name)).toBe(name);
        expect(dispositionOf(name)).toMatch(/^attachment; filename="[\w. -]*"; filename\*=UTF-8''[\w.!~%-]*$/);
      }),
    );
  });

  it('end as their type says, when they are served', () => {
    expect(withEnding('photo.JPEG', 'image/jpeg')).toBe('photo.JPEG');
    expect(withEnding('notes.html', 'text/plain')).toBe('notes.html.txt');
    expect(dispositionOf('请款单 "1".pdf')).toBe(
      `attachment; filename="___ _1_.pdf"; filename*=UTF-8''%E8%AF%B7%E6%AC%BE%E5%8D%95%20%221%22.pdf`,
    );
  });
});
