import { CountersignError } from '@countersign/canonical';

/** A place in an ordered list: a number, then an id. */
export type Order = readonly [number, string];

export interface Ordered {
  readonly order: Order;
}

const compare = ([a, left]: Order, [b, right]: Order): number => a - b || (left < right ? -1 : left > right ? 1 : 0);

/**
 * One page of rows in ascending order, after the cursor. The cursor names the last row shown, so that rows which come
 * and go meanwhile neither repeat nor hide others.
 * @throws CountersignError `invalid_request` for a cursor that is not ours
 */
export function pageOf<T extends Ordered>(
  rows: readonly T[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): { items: T[]; next_cursor: string | null } {
  const after = cursor === undefined ? null : readCursor(cursor);
  const left = after === null ? [...rows] : rows.filter(({ order }) => compare(order, after) > 0);
  left.sort((a, b) => compare(a.order, b.order));
  const items = left.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: left.length > limit && last !== undefined ? writeCursor(last.order) : null };
}

const writeCursor = (order: Order): string => Buffer.from(JSON.stringify(order)).toString('base64url');

function readCursor(cursor: string): Order {
  try {
    const order: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(order) && Number.isFinite(order[0]) && typeof order[1] === 'string')
      return [order[0] as number, order[1]];
  } catch {
    // Said below for everything that is not one of ours.
  }
  throw new CountersignError('invalid_request', 'take `next_cursor` of the page before', { pointer: '/cursor' });
}
