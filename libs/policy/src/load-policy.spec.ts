import { loadPolicy } from './load-policy.js';

const POLICY = `name: sample
action_types:
  pay:
    facts:
      amount: { at: /parameters/amount, type: money, currency: USD }
      share: { at: /confidence, type: number }
      tags: { at: /parameters/tags, type: strings }
rules:
  - name: small
    when: amount < money("10.00", "USD")
    then: allow
  - name: rest
    then: require_approval
    gate: one
gates:
  one: { quorum: 1, roles: [r] }
fallback: one
`;

const withCondition = (condition: string): string => POLICY.replace('amount < money("10.00", "USD")', condition);
const first = (text: string) => loadPolicy(text, 'sample.yaml').problems[0];

describe('loadPolicy', () => {
  it('compiles a sound policy without problems', () => {
    const { policy, problems } = loadPolicy(POLICY, 'sample.yaml');
    expect(problems).toEqual([]);
    expect(policy?.types.get('pay')?.rules.map((rule) => rule.name)).toEqual(['small', 'rest']);
  });

  it('names file, line, column and what was expected', () => {
    expect(first(withCondition('share > 0.5 && amuont < money("1", "USD")'))).toEqual({
      file: 'sample.yaml',
      line: 10,
      column: 26,
      pointer: '/rules/0/when',
      message: 'expected names and types of declared facts: Unknown variable: amuont',
    });
  });

  it.each([
    ['a type that does not fit', 'amount > 5', 'no such overload: Money > int'],
    ['a condition that is no question', 'share', 'expected a condition of type bool, not double'],
    ['regular expressions', 'tags.exists(t, t.matches("(a+)+$"))', '`matches` is not part of the language'],
    ['one list macro inside another', 'tags.exists(t, tags.exists(u, u == t))', 'inside another list macro'],
    ['arithmetic', 'share * 2.0 > 1.0', '`*` is not part of the language'],
    ['indexing', 'tags[0] == "x"', '`[]` is not part of the language'],
    ['a literal that is no money', 'amount > money("1e2", "USD")', 'expected a plain decimal'],
    ['more decimals than the currency has', 'amount > money("1.001", "USD")', 'expected a plain decimal'],
    ['a currency that no fact has', 'amount > money("1.00", "EUR")', 'expected a currency of a declared money fact'],
    ['money made from a fact', 'amount > money(tags[0], "USD")', 'with two literals'],
    ['a wrong presence test', 'present.amuont', 'No such key: amuont'],
    ['broken syntax', 'amount >', 'expected a CEL expression'],
    ['nesting without end', `${'('.repeat(60)}true${')'.repeat(60)}`, 'expected a CEL expression'],
    ['a look-alike name', 'sh\u0430re > 0.5', 'expected words of one script'],
    ['a name in another script', '\u0434\u043e\u043b\u044f > 0.5', 'expected a CEL expression'],
  ])('refuses %s', (_what, condition, message) => {
    expect(first(withCondition(JSON.stringify(condition)))).toMatchObject({
      line: 10,
      message: expect.stringContaining(message) as string,
    });
  });

  it('takes no more than a moment for a hostile file', () => {
    const keys = Array.from({ length: 25_000 }, (_, index) => `k${index}: 1`).join('\n');
    // CPU time, so that what else the machine does has no part in it.
    const began = process.cpuUsage();
    for (const text of [keys, 'a: '.repeat(80_000), `x: "${'\\'.repeat(200_000)}"`])
      expect(loadPolicy(text, 'x').policy).toBeNull();
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });

  it.each([
    ['an unknown field', `${POLICY}extra: 1\n`, 'expected no field `extra` here', 18],
    ['an unknown gate', POLICY.replace('gate: one', 'gate: two'), 'expected one of the gates: one', 14],
    [
      'an unknown action type',
      POLICY.replace('then: allow', 'then: allow\n    for: [pya]'),
      'expected one of the action types: pay',
      12,
    ],
    [
      'a gate on allow',
      POLICY.replace('then: allow', 'then: allow\n    gate: one'),
      'expected a gate with require_approval',
      11,
    ],
    [
      'a bypass of production',
      `${POLICY}environments: { production: { bypass: true } }\n`,
      'production cannot bypass',
      18,
    ],
    ['a quorum of nobody', POLICY.replace('quorum: 1', 'quorum: 0'), '>=1', 16],
    [
      'waiting and a grant beyond 31 days',
      POLICY.replace('roles: [r]', 'roles: [r], sla: { respond: 1d, expire: 24d }, token: { ttl: 7d }'),
      'to be at most 31d',
      16,
    ],
    ['a grant of seconds', POLICY.replace('roles: [r]', 'roles: [r], token: { ttl: 59s }'), 'from 1m to 7d', 16],
    ['a duplicate key', `${POLICY}name: other\n`, 'expected only one `name`', 18],
    ['an alias', POLICY.replace('name: sample', 'name: &n sample\ndescription: *n'), 'expected no alias', 2],
    [
      'two rules of one name',
      POLICY.replace('name: rest', 'name: small'),
      'expected a name that no other rule has',
      12,
    ],
    [
      'an axis without an end',
      `${POLICY}classify: { impact: [{ is: low, when: share > 0.5 }], reversibility: [{ is: low }], regulatory_pressure: [{ is: low }] }\n`,
      'expected a last case without `when`',
      18,
    ],
    ['a file of another kind', '[1, 2]', 'expected object, received array', 1],
    ['an empty file', '', 'expected object', 1],
    ['deep flow nesting', `name: x\nrules: ${'['.repeat(100_000)}`, 'expected less nesting', 2],
    ['deep block nesting', `name: x\n${'- '.repeat(100_000)}`, 'expected less nesting', 2],
    ['a missing field', POLICY.replace('fallback: one\n', ''), 'expected a field `fallback`: expected string', 1],
    ['a huge file', `# ${'x'.repeat(300_000)}`, 'expected at most 256 KiB', 1],
  ])('refuses %s', (_what, text, message, line) => {
    const { policy, problems } = loadPolicy(text, 'sample.yaml');
    expect(policy).toBeNull();
    expect(problems).toContainEqual(
      expect.objectContaining({ line, message: expect.stringContaining(message) as string }),
    );
  });
});
