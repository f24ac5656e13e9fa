import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

export const INTERNAL_HEADER = 'countersign-internal';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a request comes from a service of this system. */
export function isInternal({ headers }: Pick<FastifyRequest, 'headers'>, internalToken: string): boolean {
  const given = headers[INTERNAL_HEADER];
  return typeof given === 'string' && timingSafeEqual(hash(given), hash(internalToken));
}
