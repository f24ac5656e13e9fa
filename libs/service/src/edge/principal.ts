import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from '../bearer.js';
import type { Caller, KeyAuth } from '../key-auth.js';
import type { Reviewer, ReviewerAuth } from '../reviewer-auth.js';
import type { Admitted } from './access.js';

/** Who asks: the holder of an API key, or a person. */
export type Principal =
  { readonly kind: 'key'; readonly caller: Caller } | { readonly kind: 'person'; readonly reviewer: Reviewer };

/** By what a service knows its callers; one that it has not lets nobody of that kind in. */
export interface Authenticators {
  readonly keys?: KeyAuth;
  readonly reviewers?: ReviewerAuth;
}

const principals = new WeakMap<object, Principal>();

/**
 * Who sends the request, by its bearer token. Calls that only read are answered by what this instance has read of the
 * roster.
 * @throws CountersignError `unauthenticated`, `rate_limited`, or `overloaded` when that cannot be told now
 */
export async function authenticate(request: FastifyRequest, { keys, reviewers }: Authenticators): Promise<Principal> {
  const { authorization } = request.headers;
  // RFC 7519, section 3: a token has two dots; an API key has none.
  const isToken = bearerToken(authorization).split('.').length === 3;
  if (keys && !(isToken && reviewers)) return { kind: 'key', caller: keys.authenticate(authorization) };
  if (!reviewers) throw new CountersignError('unauthenticated', 'this service knows no such credential');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const reviewer = await (isRead ? reviewers.authenticateReader(authorization) : reviewers.authenticate(authorization));
  return { kind: 'person', reviewer };
}

/** @throws CountersignError `forbidden` for a caller whom the route does not name */
export function checkAdmitted(access: readonly Admitted[], principal: Principal): void {
  if (!access.some((admitted) => isAdmitted(admitted, principal)))
    throw new CountersignError('forbidden', remedyOf(access), { reason: 'role' });
}

function isAdmitted(admitted: Admitted, principal: Principal): boolean {
  if (principal.kind === 'key') return admitted === principal.caller.kind;
  if (typeof admitted === 'object') return principal.reviewer.roles.includes(admitted.role);
  return admitted === 'person';
}

function remedyOf(access: readonly Admitted[]): string {
  const words = access.map((one) =>
    typeof one === 'object'
      ? `a person with the role ${one.role}`
      : one === 'person'
        ? 'a person'
        : `the key of an ${one}`,
  );
  return `this needs ${words.join(' or ')}`;
}

export const setPrincipal = (request: FastifyRequest, principal: Principal): void =>
  void principals.set(request, principal);

const rechecks = new WeakMap<object, () => Promise<void>>();

export const setRecheck = (request: FastifyRequest, check: () => Promise<void>): void =>
  void rechecks.set(request, check);

/**
 * Asks again whether the caller of a long request may still make it.
 * @throws CountersignError `unauthenticated` or `forbidden` when not
 */
export async function recheck(request: FastifyRequest): Promise<void> {
  await rechecks
    .get(request)?.()
    .catch((fault: unknown) => {
      if (!(fault instanceof CountersignError) || !fault.retriable) throw fault;
    });
}

/** One text for each agent, executor and person of a tenant, whichever key or token it has; '' where nobody is asked. */
export function callerOf(request: FastifyRequest): string {
  const principal = principals.get(request);
  if (!principal) return '';
  if (principal.kind === 'person') {
    const { tenant, issuer, subject } = principal.reviewer;
    return JSON.stringify([tenant, issuer, subject]);
  }
  const { kind, tenant, id } = principal.caller;
  return JSON.stringify([tenant, kind, id, null]);
}

/** @throws CountersignError `unauthenticated` on a route that asks nobody who they are */
function principalOf(context: ExecutionContext): Principal {
  const principal = principals.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!principal) throw new CountersignError('unauthenticated', 'send `Authorization: Bearer <credential>`');
  return principal;
}

/** The caller of the request. */
export const Who = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => principalOf(context));

/** @throws CountersignError `forbidden` on a route that lets in others than people */
export function personOf(context: ExecutionContext): Reviewer {
  const principal = principalOf(context);
  if (principal.kind === 'person') return principal.reviewer;
  throw new CountersignError('forbidden', 'this needs a person');
}

/** The person who calls, on a route for people. */
export const Person = createParamDecorator((_data: unknown, context: ExecutionContext): Reviewer => personOf(context));

/** The holder of the API key, on a route for agents or executors. */
export const KeyHolder = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const principal = principalOf(context);
  if (principal.kind === 'key') return principal.caller;
  throw new CountersignError('forbidden', 'this needs an API key');
});
