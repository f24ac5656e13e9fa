import { Global, Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { HealthController } from './health.controller.js';
import type { Logger } from './logger.js';
import type { Readiness } from './readiness.js';
import type { ServiceConfig } from './service.config.js';
import { LOGGER, METRICS, READINESS, SERVICE_CONFIG } from './tokens.js';

export interface ServiceParts {
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly readiness: Readiness;
  readonly registry: Registry;
}

/** Wraps a service's module and gives it configuration, log, readiness and metrics by their tokens. */
@Global()
@Module({})
export class ServiceModule {
  static around(module: Type | DynamicModule, parts: ServiceParts): DynamicModule {
    return {
      module: ServiceModule,
      imports: [module],
      controllers: [HealthController],
      providers: [
        { provide: SERVICE_CONFIG, useValue: parts.config },
        { provide: LOGGER, useValue: parts.log },
        { provide: READINESS, useValue: parts.readiness },
        { provide: METRICS, useValue: parts.registry },
      ],
      exports: [SERVICE_CONFIG, LOGGER, READINESS, METRICS],
    };
  }
}
