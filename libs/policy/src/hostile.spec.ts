import fc from 'fast-check';
import type { PolicyAction } from './action.js';
import { decide } from './decide.js';
import { loadPolicy } from './load-policy.js';

const POLICY = `name: sample
action_types:
  pay:
    facts:
      amount: { at: /parameters/amount, type: money, currency: USD }
      total: { at: /parameters/parts, each: /amount, fold: sum, type: money, currency: USD, bare_number: true }
      count: { at: /parameters/count, type: int, min: 0 }
      weight: { at: /parameters/weight, type: number }
      text: { at: /parameters/text, type: string }
      tags: { at: /parameters/tags, type: strings }
      confidence: { at: /confidence, type: number, min: 0, max: 1 }
      checked: { at: /signals/checked, type: bool, stated_by: screening }
rules:
  - name: fine
    when: >-
      amount < money("100.00", "USD") && total < money("100.00", "USD") && count < 10 && confidence > 0.9 && checked && !(weight > 5.0)
      && !mentions(text, ["guarantee*"]) && !text.contains("x") && tags.all(t, t != "bad") && size(tags) < 5
      && velocity.pays < 9
    then: allow
  - { name: rest, then: require_approval, gate: one }
gates: { one: { quorum: 1, roles: [r] } }
fallback: one
velocity: { pays: { key: agent, window: 1d } }
`;
const load = (text: string) => loadPolicy(text, 'sample.yaml');
const { policy } = load(POLICY);

const FINE = {
  amount: { value: '1.00', currency: 'USD' },
  parts: [{ amount: 1 }],
  count: 1,
  weight: 1,
  text: 'hello',
  tags: ['good'],
};
const action = (parameters: object, over: object = {}): PolicyAction =>
  ({
    action_type: 'pay',
    environment: 'production',
    target: null,
    on_behalf_of: null,
    agent_version: 'v1',
    model_id: 'm1',
    confidence: 0.95,
    parameters: { ...FINE, ...parameters },
    signals: { checked: true },
    before: null,
    after: null,
    stated: { '/signals/checked': 'screening' },
    velocity: { pays: 1 },
    ...over,
  }) as PolicyAction;
const verdict = (of: PolicyAction): string => decide({ policy: policy!, version: 1 }, of).effective_decision;

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
};

describe('hostile actions', () => {
  it('the action that all others spoil is allowed', () => expect(verdict(action({}))).toBe('allow'));

  it.each([
    ['an amount below zero', { amount: { value: '-1.00', currency: 'USD' } }],
    ['another currency', { amount: { value: '1.00', currency: 'EUR' } }],
    ['a currency that is not there', { amount: { value: '1.00', currency: 'ABC' } }],
    ['a currency in small letters that are not all Latin', { amount: { value: '1.00', currency: 'u\u017fd' } }],
    ['a look-alike currency', { amount: { value: '1.00', currency: 'US\u13A0' } }],
    ['an exponent', { amount: { value: '1e-9', currency: 'USD' } }],
    ['full-width digits', { amount: { value: '\uff11', currency: 'USD' } }],
    ['more decimals than cents', { amount: { value: '1.001', currency: 'USD' } }],
    ['a number of many digits', { amount: { value: '9'.repeat(100_000), currency: 'USD' } }],
    ['money that is a list', { amount: ['1.00', 'USD'] }],
    ['a part below zero', { parts: [{ amount: 99 }, { amount: -98 }] }],
    ['a part that is not finite', { parts: [{ amount: Number.NEGATIVE_INFINITY }] }],
    ['a part that is missing', { parts: [{ amount: 1 }, {}] }],
    ['too many parts', { parts: Array.from({ length: 100_000 }, () => ({ amount: 0 })) }],
    ['a huge integer', { count: 2 ** 53 }],
    ['an integer below zero', { count: -1 }],
    ['an integer that is a text', { count: '1' }],
    ['an integer with a fraction', { count: 1.5 }],
    ['a big integer', { count: 1n }],
    ['a weight that is not a number', { weight: Number.NaN }],
    ['a weight below everything', { weight: Number.NEGATIVE_INFINITY }],
    ['a text that is a list', { text: ['hello'] }],
    ['a list with a number in it', { tags: ['good', 1] }],
    ['a list that is too long', { tags: Array.from({ length: 2_000 }, () => 'good') }],
    ['nesting without end', { tags: nested(50_000), amount: nested(50_000) }],
    ['a look-alike member', { amount: undefined, '\u0430mount': FINE.amount }],
    ['an inherited member', { amount: undefined, __proto__: FINE }],
  ])('%s needs a person', (_what, parameters) => expect(verdict(action(parameters))).toBe('require_approval'));

  it.each([
    ['a confidence that is not a number', { confidence: Number.NaN }],
    ['a confidence without end', { confidence: Number.POSITIVE_INFINITY }],
    ['a confidence above 1', { confidence: 1.01 }],
    ['a confidence that is a text', { confidence: '0.99' }],
    ['a signal that the agent states', { stated: {} }],
    ['a signal that nobody is named for', { stated: undefined }],
    ['a signal of another provider', { stated: { '/signals/checked': 'rating' } }],
    ['a counter that is missing', { velocity: null }],
    ['a counter that an agent would like', { velocity: { pays: '1' } }],
    ['parameters that are a list', { parameters: [] }],
    ['parameters that are nothing', { parameters: null }],
  ])('%s needs a person', (_what, over) => expect(verdict(action({}, over))).toBe('require_approval'));

  it('never throws and never allows what is spoiled, whatever is in its place', () => {
    const field = fc.constantFrom('amount', 'parts', 'count', 'tags');
    const junk = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true });
    fc.assert(
      fc.property(field, junk, (name, value) => {
        const spoiled = verdict(action({ [name]: value }));
        const plain = name === 'count' ? Number.isSafeInteger(value) : Array.isArray(value);
        if (!plain) expect(spoiled).toBe('require_approval');
      }),
      { numRuns: 500 },
    );
  });

  it('takes a moment for a text that would make a pattern search go back for ever', () => {
    const began = performance.now();
    for (const text of [`${'a'.repeat(200_000)}!`, 'guarante'.repeat(30_000), '\u0301'.repeat(200_000)])
      verdict(action({ text }));
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

describe('hostile policies', () => {
  const problems = (from: string, to: string) => load(POLICY.replace(from, () => to)).problems;
  const text = (from: string, to: string): string => JSON.stringify(problems(from, to));

  it.each([
    ['a look-alike field', 'rules:', 'rul\u0435s:', 'expected words of one script: `rul\u0435s` has U+0435'],
    ['a look-alike fact', '      count:', '      c\u043eunt:', 'expected words of one script'],
    [
      'a look-alike in a pointer',
      '/parameters/count',
      '/parameters/\u0441\u043e\u0438nt',
      'expected words of one script',
    ],
    ['a pointer in another script', '/parameters/count', '/parameters/\u0441\u043e', 'expected a pointer in ASCII'],
    ['a look-alike role', 'roles: [r]', 'roles: [fin\u0430nce]', 'which looks like a Latin letter'],
    ['a full-width role', 'roles: [r]', 'roles: [\uff46inance]', 'expected plain letters, not U+FF46'],
    ['a look-alike literal', 't != "bad"', 't != "b\u0430d"', 'which looks like a Latin letter'],
    ['text that runs backwards', 'name: rest', 'name: rest # \u202e', 'expected no invisible character (U+202E)'],
    ['an invisible letter', 'roles: [r]', 'roles: [r\u200b]', 'expected no invisible character (U+200B)'],
    ['an escaped invisible letter', 'roles: [r]', 'roles: ["r\\u2066"]', 'expected no invisible character (U+2066)'],
    ['a control character', 'roles: [r]', 'roles: ["r\\x07"]', 'expected no invisible character (U+0007)'],
    ['a pattern search', '!text.contains("x")', '!text.matches("(a+)+$")', '`matches` is not part of the language'],
    [
      'an integer without end',
      'count < 10',
      'count < 99999999999999999999',
      'expected a whole number of at most 64 bits',
    ],
    ['a number without end', 'confidence > 0.9', 'confidence > 1e999', 'Invalid number: Infinity'],
    ['a bound that is no number', 'min: 0, max: 1', 'min: .nan, max: 1', 'expected number'],
    ['a bound without end', 'min: 0, max: 1', 'min: 0, max: .inf', 'expected number'],
    ['a quorum without end', 'quorum: 1', 'quorum: 1e400', 'expected'],
    [
      'a currency with a character that nobody sees',
      'type: money, currency: USD }',
      'type: money, currency: "US D ", min: "0.00" }',
      'expected a currency of ISO 4217',
    ],
    [
      'a name of the host language',
      'gates: { one:',
      'gates: { __proto__: { quorum: 1, roles: [r] }, one:',
      'expected another name than `__proto__`',
    ],
    [
      'a gate of the host language',
      'require_approval, gate: one',
      'require_approval, gate: constructor',
      'expected one of the gates: one',
    ],
    ['a fact of the host language', '      count:', '      constructor:', 'this word is reserved'],
    ['a counter that the agent states', 'at: /parameters/count', 'at: /velocity/pays', 'expected a pointer'],
    [
      'facts that claim the log as their source',
      'type: int, min: 0',
      'type: int, min: 0, stated_by: 1',
      'expected string',
    ],
  ])('%s is refused', (_what, from, to, message) => {
    expect(POLICY).toContain(from);
    expect(text(from, to)).toContain(JSON.stringify(message).slice(1, -1));
    expect(problems(from, to)[0]).toMatchObject({ file: 'sample.yaml', line: expect.any(Number) as number });
  });

  it('lets words of other scripts be', () => {
    expect(problems('text.contains("x")', 'text.contains("гарантия")')).toEqual([]);
    expect(load(`\ufeff${POLICY}`).problems).toEqual([]);
  });

  it('takes no more than a moment for a policy that would compile for ever', () => {
    const began = performance.now();
    const many = (count: number, line: (index: number) => string): string =>
      Array.from({ length: count }, (_, i) => line(i)).join('');
    const types = `name: x\naction_types:\n${many(6_000, (i) => `  a${i}: {}\n`)}`;
    const facts = `facts:\n${many(1_500, (i) => `  f${i}: { at: /parameters/f${i}, type: int }\n`)}`;
    const rules = `rules:\n${many(1_000, (i) => `  - { name: r${i}, then: allow, when: "true" }\n`)}`;
    const rest = 'gates: { one: { quorum: 1, roles: [r] } }\nfallback: one\n';
    const few = types.slice(0, types.indexOf('  a100:'));
    expect(JSON.stringify(load(few + facts + rest).problems)).toContain('expected at most 5000');
    expect(JSON.stringify(load(few + rules + rest).problems)).toContain('expected at most 5000');
    expect(JSON.stringify(load(types + rest).problems)).toContain('expected at most 5000');
    const wide = `name: x\naction_types: { pay: {} }\nrules:\n${many(60, (i) => `  - { name: r${i}, then: deny, when: "${many(80, (n) => `${n > 0 ? ' || ' : ''}1 < ${n}`)}" }\n`)}${rest}`;
    expect(load(wide).problems).toEqual([]);
    expect(performance.now() - began).toBeLessThan(15_000);
  }, 20_000);

  it('never throws, whatever the text', () => {
    const token = fc.constantFrom(
      ...POLICY.split(/(\s+|[{}[\],:])/),
      '---\n',
      '__proto__',
      'constructor',
      '\u0430',
      '&a',
      '*a',
      '!!js',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => expect(load(tokens.join('')).problems).toBeDefined()),
    );
    const cut = fc.tuple(fc.nat(POLICY.length), fc.nat(POLICY.length), token);
    fc.assert(
      fc.property(cut, ([from, to, put]) =>
        expect(load(POLICY.slice(0, from) + put + POLICY.slice(to)).problems).toBeDefined(),
      ),
    );
  });
});
