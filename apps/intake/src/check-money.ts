import { CountersignError, findBadMoney } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/**
 * Refuses anything that looks like money and is not: `1e2`, a bare number as `value`, more decimals than the currency has.
 * @param at RFC 6901 pointer of `value` within the body
 * @throws CountersignError `invalid_action` with the pointer of the amount
 */
export function checkMoney(value: JsonValue, at: string): void {
  const pointer = findBadMoney(value, at);
  if (pointer === null) return;
  const detail =
    'money is { value, currency }: a plain decimal string with at most the decimals of its currency (18 where it is no ISO 4217 code)';
  throw new CountersignError('invalid_action', detail, { pointer });
}
