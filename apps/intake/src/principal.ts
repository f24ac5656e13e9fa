import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import { bearerToken } from '@countersign/service';
import type { Caller, KeyAuth, Reviewer, ReviewerAuth } from '@countersign/service';
import type { FastifyRequest } from 'fastify';

/** Who asks: the holder of an API key, or a person. */
export type Principal =
  { readonly kind: 'key'; readonly caller: Caller } | { readonly kind: 'person'; readonly reviewer: Reviewer };

export interface Authenticators {
  readonly keys: KeyAuth;
  readonly reviewers: ReviewerAuth;
}

const principals = new WeakMap<object, Principal>();

/** Authenticates a request to `/v1/…` before its body is read, so that strangers cannot make us parse. */
export const authenticateRequest =
  ({ keys, reviewers }: Authenticators) =>
  async (request: FastifyRequest): Promise<void> => {
    if (!request.url.startsWith('/v1/')) return;
    const { authorization } = request.headers;
    // RFC 7519, section 3: a token has two dots; an API key has none.
    const isToken = bearerToken(authorization).split('.').length === 3;
    const principal: Principal = isToken
      ? { kind: 'person', reviewer: await reviewers.authenticate(authorization) }
      : { kind: 'key', caller: keys.authenticate(authorization) };
    principals.set(request, principal);
  };

/** The authenticated caller of the request. */
export const Who = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const principal = principals.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!principal) throw new CountersignError('unauthenticated', 'send `Authorization: Bearer <credential>`');
  return principal;
});

/** @throws CountersignError `forbidden` for anyone but an agent */
export function asAgent(principal: Principal): Caller {
  if (principal.kind === 'key' && principal.caller.kind === 'agent') return principal.caller;
  throw new CountersignError('forbidden', 'only an agent may do this, with its own API key');
}

/** @throws CountersignError `forbidden` for anyone but a person with that role; keys of agents never have one */
export function asPersonWith(role: string, principal: Principal): Reviewer {
  if (principal.kind === 'person' && principal.reviewer.roles.includes(role)) return principal.reviewer;
  throw new CountersignError('forbidden', `only a person with the role ${role} may do this`);
}
