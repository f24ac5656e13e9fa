import type { Told } from './answer.js';
import { answer, UNKNOWN } from './answer.js';
import { parseCondition } from './syntax.js';

const names = new Map<string, Told>([
  ['yes', true],
  ['no', false],
  ['lost', UNKNOWN],
  ['n', 3],
  ['tags', ['a', 'bb']],
  ['present.n', true],
  ['amount', { currency: 'USD', units: 100n * 10n ** 18n }],
]);
const ask = (condition: string): Told => answer(parseCondition(condition), names);

it.each([
  ['no && lost', false],
  ['yes && lost', UNKNOWN],
  ['yes || lost', true],
  ['!(lost || no)', UNKNOWN],
  ['lost ? yes : yes', UNKNOWN],
  ['no ? lost : yes', true],
  ['no || yes && no', false],
  ['n in [1, 3] && !(n >= 3.5)', true],
  ['tags.exists(t, t.size() == 2)', true],
  ['tags.all(t, t == "a" || lost)', UNKNOWN],
  ['tags.exists_one(t, t.startsWith("b"))', true],
  ['present.n && "A\\u0042".lowerAscii() == \'ab\'', true],
  ['amount == money("100.00", "USD") && amount < money("100.0001", "USD")', true],
  ['amount < money("100.00", "EUR")', UNKNOWN],
  ['mentions("Free — for ALL", ["free for al*"])', true],
])('%s', (condition, told) => {
  expect(ask(condition)).toBe(told);
});

it.each(['n +', 'n + 1', 'tags[0]', '-n', '(yes', 'yes)', '"open', 'a ? b', '`x`', ''])('does not read %p', (text) => {
  expect(() => parseCondition(text)).toThrow(SyntaxError);
});
