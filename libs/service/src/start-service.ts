import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { FaultFilter } from './fault.filter.js';
import { createHttpAdapter, setUpHttp } from './fastify-setup.js';
import type { HttpOptions } from './fastify-setup.js';
import { createHttpObserver, createRegistry } from './http-metrics.js';
import { createLogger } from './logger.js';
import type { Logger } from './logger.js';
import { openapiDocument } from './openapi-document.js';
import { nestLogger } from './nest-logger.js';
import { createClose } from './close.js';
import { ProblemFilter } from './problem.filter.js';
import { Readiness } from './readiness.js';
import type { ServiceConfig } from './service.config.js';
import { ServiceModule } from './service.module.js';
import type { ServiceParts } from './service.module.js';

export interface ServiceOptions extends HttpOptions {
  /** Shown in the OpenAPI document. */
  readonly name: string;
  /** The service's own module; it may inject LOGGER, READINESS, METRICS and SERVICE_CONFIG. */
  readonly module: Type | DynamicModule;
  readonly config: ServiceConfig;
  /** Kafka handlers of the module run by this strategy, started after HTTP listens. */
  readonly transport?: CustomStrategy['strategy'];
  /** Adds to the generated OpenAPI document before it is served. */
  readonly openapi?: (document: OpenAPIObject) => OpenAPIObject;
  /** Closes what the module does not own, after HTTP and the transport have stopped. */
  readonly onClosed?: () => Promise<void>;
  readonly log?: Logger;
  readonly readiness?: Readiness;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** Stops taking work, ends what is under way, closes everything. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * The one bootstrap of a Nest service. Ends the process on SIGTERM, SIGINT or the parent's death, after a clean close.
 * @throws when the port is taken or a part of the module does not start
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const parts = createParts(options);
  const app = await createApp(options, parts);
  serveOpenapi(app, options);
  if (options.transport)
    app
      .connectMicroservice<CustomStrategy>({ strategy: options.transport }, { deferInitialization: true })
      .useGlobalFilters(new FaultFilter());
  await app.listen(options.config.port, options.config.host);
  if (options.transport) await app.startAllMicroservices();
  const url = addressOf(app);
  parts.log.info('listening', { url, pid: process.pid });
  return { app, url, close: createClose(app, options, parts.log) };
}

function createParts({ config, log, readiness = new Readiness() }: ServiceOptions): ServiceParts {
  return {
    config,
    log: log ?? createLogger(config.service, config.logLevel),
    readiness,
    registry: createRegistry(config.service, config.instanceId, readiness),
  };
}

async function createApp(options: ServiceOptions, parts: ServiceParts): Promise<NestFastifyApplication> {
  const module = ServiceModule.around(options.module, parts);
  const app = await NestFactory.create<NestFastifyApplication>(module, createHttpAdapter(parts.log), {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(parts.log),
  });
  setUpHttp(app, options, createHttpObserver(parts.registry));
  app.useGlobalFilters(new ProblemFilter(parts.log));
  return app;
}

function serveOpenapi(app: NestFastifyApplication, options: ServiceOptions): void {
  let document: OpenAPIObject | null = null;
  const build = (): OpenAPIObject => {
    const made = openapiDocument(app, options.name);
    return options.openapi ? options.openapi(made) : made;
  };
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', { config: { access: ['anybody'] } }, (_request, reply) => {
      document ??= build();
      return reply.send(document);
    });
}

function addressOf(app: NestFastifyApplication): string {
  const { address, port } = app.getHttpServer().address() as AddressInfo;
  return `http://${address}:${port}`;
}
