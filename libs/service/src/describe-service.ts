import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { openapiDocument } from './openapi-document.js';
import { ServiceModule } from './service.module.js';
import type { ServiceParts } from './service.module.js';

/** The OpenAPI document of a service that is not started: of its module nothing but the declarations is used. */
export async function describeService(module: DynamicModule, name: string): Promise<OpenAPIObject> {
  const around = ServiceModule.around(module, {} as ServiceParts);
  const app = await NestFactory.create(around, new FastifyAdapter(), {
    ...{ preview: true, abortOnError: false, logger: false },
  });
  return openapiDocument(app, name);
}
