/** A word of a condition; `limit` where it is an amount or a number. */
interface Word {
  readonly text: string;
  readonly limit: { readonly value: number; readonly shown: string } | null;
}

/** A limit of a condition that changed and nothing else about it. */
export interface LimitChange {
  /** The fact that it is compared with, or null. */
  readonly fact: string | null;
  readonly from: string;
  readonly to: string;
  readonly rises: boolean;
  /** Whether the comparison now holds more often; null where that cannot be told. */
  readonly widens: boolean | null;
}

const WORDS =
  /money\(\s*"(?<amount>-?[0-9.]+)"\s*,\s*"(?<currency>[^"]{1,64})"\s*\)|(?<number>\b[0-9]+(?:\.[0-9]+)?)|"[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_.]*|[<>=!]=|&&|\|\||\S/g;

/** `$100.00` for dollars, else `100.00 EUR`. */
const moneyText = (amount: string, currency: string): string =>
  currency === 'USD' ? `$${amount}` : `${amount} ${currency}`;

function wordsOf(condition: string): Word[] {
  return [...condition.matchAll(WORDS)].map(({ 0: text, groups }) => {
    const { amount, currency, number } = groups ?? {};
    if (amount !== undefined)
      return { text, limit: { value: Number(amount), shown: moneyText(amount, currency ?? '') } };
    return { text, limit: number === undefined ? null : { value: Number(number), shown: number } };
  });
}

const currencyOf = (word: string): string => /"([^"]{1,64})"\s*\)$/.exec(word)?.[1] ?? '';
const isName = (text: string | undefined): boolean => /^[a-z][A-Za-z0-9_.]*$/.test(text ?? '');

/** Sides of a comparison: which way a limit must move for it to hold more often. */
const RISING_WIDENS: Readonly<Record<string, boolean>> = { '<': true, '<=': true, '>': false, '>=': false };

function changeAt(
  index: number,
  before: readonly Word[],
  after: readonly Word[],
  negated: boolean,
): LimitChange | null {
  const [from, to] = [before[index]?.limit, after[index]?.limit];
  if (!from || !to || currencyOf(before[index]?.text ?? '') !== currencyOf(after[index]?.text ?? '')) return null;
  const left = isName(before[index - 2]?.text) && before[index - 1]?.text;
  const right = isName(before[index + 2]?.text) && before[index + 1]?.text;
  const operator = left || right || '';
  const rises = to.value > from.value;
  const risingWidens = RISING_WIDENS[operator];
  const widens = negated || risingWidens === undefined ? null : rises === (left ? risingWidens : !risingWidens);
  const fact = left ? before[index - 2]?.text : right ? before[index + 2]?.text : null;
  return { fact: fact ?? null, from: from.shown, to: to.shown, rises, widens };
}

/** The limits that changed, when two conditions differ in nothing else; null when they differ in more. */
export function limitChanges(before: string, after: string): LimitChange[] | null {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  if (old.length !== now.length) return null;
  // Under a negation a wider comparison makes a narrower condition.
  const negated = old.some(({ text }) => text === '!' || text === '?');
  const changes: LimitChange[] = [];
  for (const [index, word] of old.entries()) {
    if (word.text === now[index]?.text) continue;
    const change = changeAt(index, old, now, negated);
    if (change === null) return null;
    changes.push(change);
  }
  return changes;
}
