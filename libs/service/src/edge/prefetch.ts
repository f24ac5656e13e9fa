import { CountersignError } from '@countersign/canonical';
import type { FastifyRequest } from 'fastify';

/** True when somebody reads the answer; a HEAD request shows nothing of it. */
export const isRead = ({ method }: FastifyRequest): boolean => method !== 'HEAD';

/**
 * A browser that fetches ahead may show the page without asking again, or never show it, and says neither: so it gets
 * nothing, and asks again when the person goes there.
 * @throws CountersignError `forbidden`
 */
export function refusePrefetch({ headers }: FastifyRequest): void {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => String(headers[name] ?? ''));
  if (!purposes.some((purpose) => /\b(prefetch|prerender|preview)\b/i.test(purpose))) return;
  throw new CountersignError(
    'forbidden',
    'a packet is opened by a person, never ahead of one; open it when it is read',
    {
      reason: 'prefetch',
    },
  );
}
