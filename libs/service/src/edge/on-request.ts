import { CountersignError } from '@countersign/canonical';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isInternal } from '../internal-header.js';
import type { RouteFacts } from './access.js';
import { readKeyHeader } from './idempotency-key.js';
import { authenticate, checkAdmitted, setPrincipal, setRecheck } from './principal.js';
import type { Authenticators } from './principal.js';
import { refusePrefetch } from './prefetch.js';
import { checkQuery } from './query.js';
import type { Query, QueryNames } from './query.js';
import { Routes } from './routes.js';

export interface EdgeOptions {
  readonly authenticators: Authenticators;
  readonly internalToken: string;
}

/**
 * The one place where a service learns who calls: before the body is read, and before anything else of the request is
 * looked at. In this order: no such route (404, 405), no credential (401), the wrong one (403), a key that is none (400),
 * a parameter that is given twice or that nobody reads (422).
 */
export function guardRoutes(fastify: FastifyInstance, options: EdgeOptions): void {
  const routes = new Routes(options.authenticators);
  fastify.addHook('onRoute', (route) => routes.add(route));
  fastify.addHook('onRequest', async (request) => {
    if (request.is404) throw routes.refusalOf(request.url);
    await admit(request, options);
    readKeyHeader(request);
    checkQuery(request.query as Query, namesFor(routeFactsOf(request)));
  });
}

export const routeFactsOf = ({ routeOptions }: FastifyRequest): RouteFacts => routeOptions.config as RouteFacts;

/** Open routes, and pages, are also called by what adds parameters of its own to an address; routes of files check theirs. */
function namesFor({ access = [], isRaw, query }: RouteFacts): QueryNames | undefined {
  const isOpen = (['anybody', 'session', 'service'] as const).some((open) => access.includes(open));
  return isOpen || isRaw ? 'any' : query;
}

async function admit(request: FastifyRequest, { authenticators, internalToken }: EdgeOptions): Promise<void> {
  const { access = [], opens } = routeFactsOf(request);
  if (opens) refusePrefetch(request);
  if (access.includes('anybody') || access.includes('session')) return;
  if (access.includes('service')) {
    if (isInternal(request, internalToken)) return;
    throw new CountersignError('not_found', 'there is nothing at this address');
  }
  const principal = await authenticate(request, authenticators);
  checkAdmitted(access, principal);
  setPrincipal(request, principal);
  setRecheck(request, async () => checkAdmitted(access, await authenticate(request, authenticators)));
}
