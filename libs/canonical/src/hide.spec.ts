import { createHmac } from 'node:crypto';
import { hide, keyedHash, WITHHELD } from './hide.js';

const KEY = { key_id: 'k7', key: '0f'.repeat(32) };
const hash = (text: string): string =>
  `hmac-sha256:k7:${createHmac('sha256', Buffer.from(KEY.key, 'hex')).update(text).digest('hex')}`;

describe('a keyed hash', () => {
  it('is over the canonical text, so that a text and a number are not the same', () => {
    expect(keyedHash({ b: [1, 'ü'], a: null }, KEY)).toBe(hash('{"a":null,"b":[1,"ü"]}'));
    expect(keyedHash('1', KEY)).toBe(hash('"1"'));
    expect(keyedHash(1, KEY)).toBe(hash('1'));
    expect(keyedHash('1', undefined)).toBe(WITHHELD);
  });
});

describe('hidden members', () => {
  it('have one hash a pointer, whatever stands there', () => {
    const members = { parameters: { a: [1, { b: true }], c: null, 'd/e': 'x', f: 'plain' }, before: null };
    const pointers = ['/parameters/a', '/parameters/c', '/parameters/d~1e', '/parameters/none', '/before/x'];
    expect(hide(members, pointers, KEY)).toEqual({
      members: { parameters: { a: hash('[1,{"b":true}]'), c: null, 'd/e': hash('"x"'), f: 'plain' }, before: null },
      sensitive: ['/parameters/a', '/parameters/d~1e'],
    });
    expect(members.parameters.a).toEqual([1, { b: true }]);
  });

  it('may be a whole member, or an item of a list by its index only', () => {
    expect(hide({ context: { prompt: 'p' } }, ['/context'], KEY).members).toEqual({ context: hash('{"prompt":"p"}') });
    const list = { parameters: ['a', 'b'] };
    expect(hide(list, ['/parameters/1'], KEY).members).toEqual({ parameters: ['a', hash('"b"')] });
    for (const pointer of ['/parameters/length', '/parameters/01', '/parameters/-', '/parameters/2', '/toString'])
      expect(hide(list, [pointer], KEY)).toEqual({ members: list, sensitive: [] });
  });

  it('are hidden once where one pointer stands below another', () => {
    for (const pointers of [
      ['/a', '/a/b'],
      ['/a/b', '/a'],
    ])
      expect(hide({ a: { b: 'x' } }, pointers, KEY)).toEqual({ members: { a: hash('{"b":"x"}') }, sensitive: ['/a'] });
  });

  it('cost what reading costs, also with many pointers into one wide object', () => {
    const names = Array.from({ length: 20_000 }, (_item, i) => `m${i}`);
    const members = { parameters: Object.fromEntries(names.map((name) => [name, 1])) };
    const pointers = names.slice(0, 1_000).map((name) => `/parameters/${name}`);
    const cpuMs = [1, 2, 3].map(() => {
      const from = process.cpuUsage();
      hide(members, pointers, KEY);
      const { user, system } = process.cpuUsage(from);
      return (user + system) / 1_000;
    });
    expect(Math.min(...cpuMs)).toBeLessThan(100);
  });
});
