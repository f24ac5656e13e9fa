import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import type { Reviewer, ReviewerAuth } from '@countersign/service';
import type { FastifyRequest } from 'fastify';

const reviewers = new WeakMap<object, Reviewer>();

/** Authenticates a request to `/v1/…`; schemas are public, as in any registry. */
export const authenticateRequest =
  (auth: ReviewerAuth) =>
  async (request: FastifyRequest): Promise<void> => {
    if (!request.url.startsWith('/v1/')) return;
    reviewers.set(request, await auth.authenticate(request.headers.authorization));
  };

/** The person who asks; every query is limited to that person's tenant. */
export const Who = createParamDecorator((_data: unknown, context: ExecutionContext): Reviewer => {
  const reviewer = reviewers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!reviewer) throw new CountersignError('unauthenticated', 'send `Authorization: Bearer <access token>`');
  return reviewer;
});
