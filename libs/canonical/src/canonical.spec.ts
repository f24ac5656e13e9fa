import rfc8785 from 'canonicalize';
import fc from 'fast-check';
import {
  actionDigest,
  actionId,
  addDecimal,
  canonicalize,
  compareDecimal,
  findBadMoney,
  fromMinorUnits,
  JsonError,
  parseJson,
  parseJsonInTurns,
  parseMoney,
} from './index.js';

const faultOf = (text: string): [string, string] => {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return [error.code, error.pointer];
    throw error;
  }
  return ['accepted', ''];
};

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(faultOf(text)[0] !== 'unsafe_number' && !text.includes('__proto__'));
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['{"a":1,"a":1}', 'duplicate_key', '/a'],
    ['{"a":{"b/c":[1,9007199254740993]}}', 'unsafe_number', '/a/b~1c/1'],
    ['[1e400]', 'unsafe_number', '/0'],
    ['"\\ud800"', 'lone_surrogate', ''],
    ['{"__proto__":{}}', 'forbidden_key', '/__proto__'],
    ['['.repeat(33) + ']'.repeat(33), 'too_deep', '/0'.repeat(32)],
    ['{"a":tru}', 'malformed', '/a'],
    ['01', 'malformed', ''],
    ['"a\tb"', 'malformed', ''],
    ['[1,]', 'malformed', '/1'],
    ['{} {}', 'malformed', ''],
    ['NaN', 'malformed', ''],
    ['', 'malformed', ''],
  ])('refuses %s, also in turns', async (text, code, pointer) => {
    expect(faultOf(text)).toEqual([code, pointer]);
    await expect(parseJsonInTurns(text, async () => {})).rejects.toMatchObject({ code, pointer });
  });

  it('in turns reads the same, and rests between the items of a long list', async () => {
    const values = [[], [[]], [1, 'a', null], { a: [1] }, 'a', Array(100).fill({ text: 'x'.repeat(250_000) })];
    const rests = values.map(async (value) => {
      const text = JSON.stringify(value);
      let count = 0;
      const rest = async (): Promise<void> => void (count += 1);
      expect(JSON.stringify(await parseJsonInTurns(text, rest))).toBe(text);
      return count;
    });
    await expect(Promise.all(rests)).resolves.toEqual([0, 0, 0, 0, 0, 99]);
  });

  it('reads a string of eight megabytes', () => expect(parseJson(JSON.stringify('x'.repeat(8e6)))).toHaveLength(8e6));
});

describe('identity of an action', () => {
  const action = {
    tenant: 'acme',
    agent_id: 'refund-agent',
    action_type: 'refund',
    environment: 'production',
    on_behalf_of: 'customer:812',
    target: 'order:12345',
    parameters: { order_id: '12345', method: 'card', amount: { value: '6000.00', currency: 'USD' } },
    preconditions: { order_etag: '7' },
  };

  it('has the digest that the contract prints', () => {
    expect(actionDigest(action)).toBe('sha256:2bc98058215ebfb84d46fb1bf041c26e5d45c664dee27b17587711fc56bba6a7');
    expect(actionDigest({ ...action, target: 'order:12346' })).not.toBe(actionDigest(action));
  });

  it('has the action_id that the contract prints', () => {
    expect(actionId('acme', 'refund-agent', 'k-1')).toBe('act_42c5f297-9a6d-5ca8-a78a-de638ee55f46');
  });

  it('canonicalizes as RFC 8785 does', () => {
    expect(
      canonicalize({ numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 1e-27], '\u20ac': 1, b: null, a: 'ö\n' }),
    ).toBe('{"a":"ö\\n","b":null,"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"€":1}');
  });
});

describe('money', () => {
  it.each(['100', '100.00', '0.5', '-3.10'])('reads %s USD', (value) => {
    expect(parseMoney({ value, currency: 'USD' })).toEqual({ value, currency: 'USD' });
  });

  it.each([
    [{ value: '1e2', currency: 'USD' }],
    [{ value: '99.999', currency: 'USD' }],
    [{ value: 100, currency: 'USD' }],
    [{ value: '1.0', currency: 'JPY' }],
    [{ value: '1.0', currency: 'jpy' }],
    [{ value: '1', currency: ' USD' }],
    [{ value: '1', currency: '' }],
    [{ value: '1', currency: 'US\u200bDC' }],
    [{ value: '1', currency: 'x'.repeat(65) }],
    [{ value: `0.${'1'.repeat(19)}`, currency: 'USDC' }],
    [{ value: '099.00', currency: 'USD' }],
    [{ value: '+5.00', currency: 'USD' }],
    [{ value: '1,000.00', currency: 'USD' }],
    [{ value: '01', currency: 'USD' }],
    [{ value: '1', currency: 'USD', note: '' }],
    [100],
    [null],
    ['100'],
  ])('refuses %j', (value) => expect(parseMoney(value)).toBeNull());

  it('takes a code of ISO 4217 in any case, and any other text as it is', () => {
    expect(parseMoney({ value: '1.00', currency: 'eur' })).toEqual({ value: '1.00', currency: 'EUR' });
    for (const currency of [
      'USDC',
      'usdc',
      'loyalty points',
      'XYZ',
      'xyz',
      'u\u017fd',
      '\u0131ls',
      'US\u13a0',
      'x'.repeat(64),
    ])
      expect(parseMoney({ value: `0.${'1'.repeat(18)}`, currency })?.currency).toBe(currency);
  });

  it.each([
    ['9000', 'USD', '90.00'],
    ['-5', 'EUR', '-0.05'],
    ['90', 'JPY', '90'],
    ['1', 'KWD', '0.001'],
    ['90.00', 'USD', null],
    ['9000', 'USDC', null],
  ])('reads %s in the smallest unit of %s as %s', (value, currency, read) => {
    expect(fromMinorUnits({ value, currency })).toEqual(read === null ? null : { value: read, currency });
  });

  it('finds the first amount that is none, wherever it is', () => {
    const good = { value: '1.00', currency: 'USD' };
    expect(findBadMoney({ a: good, b: [good, { 'c/d': { ...good, value: '1e2' } }] }, '/parameters')).toBe(
      '/parameters/b/1/c~1d',
    );
    expect(findBadMoney({ a: good, b: [good, null, 5] }, '')).toBeNull();
  });

  it('compares and adds exactly', () => {
    const cents = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
    const text = (n: bigint): string =>
      `${n < 0n ? '-' : ''}${(n < 0n ? -n : n) / 100n}.${String((n < 0n ? -n : n) % 100n).padStart(2, '0')}`;
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        expect(compareDecimal(text(a), text(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(addDecimal(text(a), text(b))).toBe(text(a + b));
      }),
    );
    expect(compareDecimal('100', '100.00')).toBe(0);
  });

  it('canonicalizes whatever JSON carries as the reference does', () => {
    const value = fc.jsonValue({ noUnicodeString: false, maxDepth: 6 });
    const members = fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.nat({ max: 200 }).map(String)), value);
    fc.assert(
      fc.property(fc.oneof(value, members, fc.array(members)), (one) => {
        fc.pre(JSON.stringify(one).isWellFormed());
        expect(canonicalize(one)).toBe(rfc8785(one));
      }),
    );
  });

  it.each([
    [[undefined, [undefined]], '[null,[null]]'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [[-0, 9e15, 5e-324, 1e21], '[0,9000000000000000,5e-324,1e+21]'],
  ])('writes %p as %s', (value, text) => expect(canonicalize(value)).toBe(text));

  it.each([[undefined], [NaN], [[Infinity]], [['\ud800']], [{ '\udc00': 1 }], [[1n]], [[{}, NaN]]])(
    'refuses %p, which JSON cannot carry',
    (value) => expect(() => canonicalize(value)).toThrow(TypeError),
  );
});
