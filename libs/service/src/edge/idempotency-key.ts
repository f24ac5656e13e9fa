import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { CountersignError, idempotencyKeyOf } from '@countersign/canonical';
import type { FastifyRequest } from 'fastify';
import type { Reviewer } from '../reviewer-auth.js';
import { personOf } from './principal.js';

const HEADER = 'idempotency-key';
const POINTER = '/headers/idempotency-key';
const keys = new WeakMap<object, string>();

/**
 * Reads the `Idempotency-Key` of a request that changes something, if it has one.
 * @throws CountersignError `malformed` for one that is none, or is sent twice
 */
export function readKeyHeader(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  // Node joins a repeated header with a comma, which a key may contain.
  const { rawHeaders } = request.raw;
  const given = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === HEADER);
  if (given.length === 0) return;
  if (given.length > 1)
    throw new CountersignError('malformed', 'the Idempotency-Key is sent twice; send one', { pointer: POINTER });
  keys.set(request, idempotencyKeyOf(given[0], POINTER));
}

/** The key that the edge read of a request, if it has one. */
export const keyOfRequest = (request: FastifyRequest): string | undefined => keys.get(request);

/** The key of the request, or undefined where it has none. */
export const OptionalKey = createParamDecorator((_data: unknown, context: ExecutionContext): string | undefined =>
  keyOfRequest(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The key of the request. @throws CountersignError `malformed` without one */
export const Key = createParamDecorator((_data: unknown, context: ExecutionContext): string => keyOf(context));

/** A person's call that a retry with the same key does not repeat. */
export interface KeyedCall {
  readonly reviewer: Reviewer;
  readonly key: string;
}

/** The person who calls and the key of the request. @throws CountersignError `malformed` without a key */
export const Keyed = createParamDecorator((_data: unknown, context: ExecutionContext): KeyedCall => ({
  reviewer: personOf(context),
  key: keyOf(context),
}));

/** As `KeyedCall`, where a call without a key is a new one each time. */
export interface OptionallyKeyedCall {
  readonly reviewer: Reviewer;
  readonly key: string | undefined;
}

/** The person who calls and the key of the request, if it has one. */
export const OptionallyKeyed = createParamDecorator(
  (_data: unknown, context: ExecutionContext): OptionallyKeyedCall => ({
    reviewer: personOf(context),
    key: keys.get(context.switchToHttp().getRequest<FastifyRequest>()),
  }),
);

const keyOf = (context: ExecutionContext): string =>
  keys.get(context.switchToHttp().getRequest<FastifyRequest>()) ?? idempotencyKeyOf(undefined, POINTER);
