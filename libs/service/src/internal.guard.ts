import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import type { FastifyRequest } from 'fastify';
import type { ServiceConfig } from './service.config.js';
import { SERVICE_CONFIG } from './tokens.js';

export const INTERNAL_HEADER = 'countersign-internal';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets in the services of this system only; to anyone else an internal route does not exist. */
@Injectable()
export class InternalGuard implements CanActivate {
  private readonly expected: Buffer;

  constructor(@Inject(SERVICE_CONFIG) config: ServiceConfig) {
    this.expected = hash(config.internalToken);
  }

  canActivate(context: ExecutionContext): boolean {
    const given = context.switchToHttp().getRequest<FastifyRequest>().headers[INTERNAL_HEADER];
    if (typeof given === 'string' && timingSafeEqual(hash(given), this.expected)) return true;
    throw new CountersignError('not_found', 'there is nothing at this address for these credentials');
  }
}
