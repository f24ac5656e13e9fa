import { list, ratio, table } from './output.js';

describe('output', () => {
  it('aligns columns', () => {
    const rows = [
      ['ok', 1],
      ['failed', null],
    ];
    expect(table(['state', 'n'], rows)).toBe(['state   n', '──────  ─', 'ok      1', 'failed  –'].join('\n'));
  });

  it('lets no value forge a line, move the cursor or hide', () => {
    const run = 'r1\u001b[1A\u001b[2K\rreq_9  approval  refund\n\u202e⟦U+0041⟧';
    const shown = 'r1⟦U+001B⟧[1A⟦U+001B⟧[2K⟦U+000D⟧req_9  approval  refund⟦U+000A⟧⟦U+202E⟧⟦U+27E6⟧U+0041⟦U+27E7⟧';
    expect(
      table(['run'], [[run]])
        .split('\n')
        .slice(2),
    ).toEqual([shown]);
    expect(list([['run', run]])).toBe(`run  ${shown}`);
  });

  it('says so when there is nothing', () => {
    expect(table(['a'], [])).toBe('(none)');
  });

  it('aligns names, and shows a fraction with its percentage', () => {
    expect(
      list([
        ['a', 1],
        ['long', ''],
      ]),
    ).toBe('a     1\nlong  –');
    expect(ratio({ k: 3, n: 8 })).toBe('3/8 (37.5 %)');
    expect(ratio({ k: 0, n: 0 })).toBe('0/0');
  });
});
