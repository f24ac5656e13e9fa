import { CountersignError, findBadMoney } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/**
 * Refuses, in edited parameters as in proposed ones, anything that looks like money and is not.
 * @throws CountersignError `invalid_request` with the pointer of the amount
 */
export function checkMoney(value: JsonValue, at: string): void {
  const pointer = findBadMoney(value, at);
  if (pointer === null) return;
  const detail =
    'money is { value, currency }: a plain decimal string with at most the decimals of its currency (18 where it is no ISO 4217 code)';
  throw new CountersignError('invalid_request', detail, { pointer });
}
