import { z } from 'zod';
import { CountersignError, idempotencyKeyOf } from '@countersign/canonical';
import { validate } from '@countersign/service';

/** What a read waits for. */
export type Until = 'decision' | 'terminal' | 'change';

const MAX_WAIT_MS = 60_000;
const ListQuery = z.strictObject({
  run_id: z.string().max(256).optional(),
  idempotency_key: z
    .string()
    .transform((text) => idempotencyKeyOf(text, '/idempotency_key'))
    .optional(),
  agent_id: z.string().max(256).optional(),
  status: z.enum(['deciding', 'pending', 'approved', 'denied', 'expired', 'cancelled']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
});
const ReadQuery = z.strictObject({ wait: z.string().optional(), for: z.string().optional() });
export type ListQuery = z.infer<typeof ListQuery>;

const refused = (detail: string, member: string): CountersignError =>
  new CountersignError('invalid_request', detail, { pointer: `/${member}` });

/** `30s`, `1500ms` or a bare number of seconds. @returns milliseconds. @throws CountersignError `invalid_request` beyond 60 s */
export function waitOf(text: unknown): number {
  if (text === undefined) return 0;
  const [, amount, unit] = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s)?$/.exec(String(text)) ?? [];
  const waitMs = Number(amount) * (unit === 'ms' ? 1 : 1000);
  if (!(waitMs <= MAX_WAIT_MS)) throw refused('wait is a time of 0s to 60s', 'wait');
  return Math.round(waitMs);
}

/** @throws CountersignError `invalid_request` */
export function untilOf(text: unknown): Until {
  if (text === undefined || text === 'terminal') return 'terminal';
  if (text === 'decision') return 'decision';
  throw refused('for is `decision` or `terminal`', 'for');
}

/** How long a read of one action waits, milliseconds, and for what. @throws CountersignError as the two above */
export function readQueryOf(query: unknown): { waitMs: number; until: Until } {
  const { wait, for: until } = validate(ReadQuery, query);
  return { waitMs: waitOf(wait), until: untilOf(until) };
}

/** @throws CountersignError `invalid_request` naming the parameter at fault */
export const listQueryOf = (query: unknown): ListQuery => validate(ListQuery, query);

/** @throws CountersignError `not_found` for what cannot be an action id */
export function actionIdOf(text: string): string {
  if (/^act_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  throw notFound();
}

/** Also for other tenants' and agents' actions: whether they exist is not said. */
export const notFound = (): CountersignError => new CountersignError('not_found', 'you have no such action');
