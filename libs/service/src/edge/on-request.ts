import { CountersignError } from '@countersign/canonical';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isInternal } from '../internal-header.js';
import type { RouteFacts } from './access.js';
import { readKeyHeader } from './idempotency-key.js';
import { authenticate, checkAdmitted, setPrincipal, setRecheck } from './principal.js';
import type { Authenticators } from './principal.js';
import { refusePrefetch } from './prefetch.js';
import { Routes } from './routes.js';

export interface EdgeOptions {
  readonly authenticators: Authenticators;
  readonly internalToken: string;
}

/**
 * The one place where a service learns who calls: before the body is read, and before anything else of the request is
 * looked at. In this order: no such route (404, 405), no credential (401), the wrong one (403), a key that is none (400),
 * a parameter that is given twice (422).
 */
export function guardRoutes(fastify: FastifyInstance, options: EdgeOptions): void {
  const routes = new Routes(options.authenticators);
  fastify.addHook('onRoute', (route) => routes.add(route));
  fastify.addHook('onRequest', async (request) => {
    if (request.is404) throw routes.refusalOf(request.url);
    await admit(request, options);
    refuseRepeated(request.query as Readonly<Record<string, unknown>>);
    readKeyHeader(request);
  });
}

export const routeFactsOf = ({ routeOptions }: FastifyRequest): RouteFacts => routeOptions.config as RouteFacts;

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

/** No route takes a list in its query, and two readers of one address must not read two values. */
function refuseRepeated(query: Readonly<Record<string, unknown>>): void {
  const repeated = Object.keys(query).find((name) => Array.isArray(query[name]));
  if (repeated === undefined) return;
  throw new CountersignError('invalid_request', `${repeated} is given more than once`, { pointer: `/${repeated}` });
}
