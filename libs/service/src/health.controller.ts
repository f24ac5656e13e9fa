import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import type { Readiness } from './readiness.js';
import { Access } from './edge/access.js';
import { METRICS, READINESS } from './tokens.js';

/** What every service answers to its operators. */
@ApiExcludeController()
@Access('anybody')
@Controller()
export class HealthController {
  constructor(
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(METRICS) private readonly registry: Registry,
  ) {}

  @Get('health/live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** 200 when work may be sent here, else 503 with the names of what is missing. */
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string; failing: string[] }> {
    const failing = await this.readiness.failing();
    reply.code(failing.length === 0 ? 200 : 503);
    return { status: failing.length === 0 ? 'ok' : 'not_ready', failing };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
