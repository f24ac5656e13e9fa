import { list, ratio, table } from './output.js';

describe('output', () => {
  it('aligns columns by what is seen, not by escape sequences', () => {
    const green = '\u001b[32mok\u001b[0m';
    expect(
      table(
        ['state', 'n'],
        [
          [green, 1],
          ['failed', null],
        ],
      ),
    ).toBe(['state   n', '──────  ─', `${green}      1`, 'failed  –'].join('\n'));
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
