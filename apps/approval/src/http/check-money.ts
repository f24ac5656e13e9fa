import { CountersignError, looksLikeMoney, parseMoney, pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/**
 * Refuses, in edited parameters as in proposed ones, anything that looks like money and is not.
 * @throws CountersignError `invalid_request` with the pointer of the amount
 */
export function checkMoney(value: JsonValue, pointer: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (looksLikeMoney(value) && parseMoney(value) === null) {
    const detail = 'money is { value, currency }: a plain decimal string with at most the decimals of its currency';
    throw new CountersignError('invalid_request', detail, { pointer });
  }
  for (const [key, member] of Object.entries(value)) checkMoney(member, pointerTo(pointer, key));
}
