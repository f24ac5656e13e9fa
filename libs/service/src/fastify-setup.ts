import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CountersignError, LIMITS, problemOf } from '@countersign/canonical';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endStreams } from './edge/event-stream.js';
import { guardRoutes, routeFactsOf } from './edge/on-request.js';
import type { Authenticators } from './edge/principal.js';
import { guardKeys } from './edge/used-keys.js';
import { answerClientError } from './client-error.js';
import type { HttpObservation } from './http-metrics.js';
import type { BodyLimits } from './json-body.js';
import { MAX_INTERNAL_BYTES, readJsonBody } from './json-body.js';
import type { Logger } from './logger.js';
import { asError, sendProblem } from './problem.filter.js';
import { refuseCrossSite } from './same-site.js';
import type { ServiceConfig } from './service.config.js';

export interface HttpOptions {
  /** Items of a batch, 1 or more: an array body may have this many times 256 KiB. Default 1. */
  readonly maxBatchItems?: number;
  /** Takes `application/x-www-form-urlencoded` too, as an object of strings (pages with plain forms). Default false. */
  readonly acceptForms?: boolean;
  /** Origins of this service's own pages; browsers may change something from there only. Default none. */
  readonly origins?: readonly string[];
  /** By what callers are known before their body is read; every route says whom it lets in. Default: nobody is known. */
  readonly authenticators?: Authenticators;
}

/** A request has this long to arrive, its head first; connections are looked at this often for it. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEAD_TIMEOUT_MS = 10_000;
const CHECKED_EVERY_MS = 2_000;
const MAX_ADDRESS_CHARACTERS = 16 * 1024;
/** Of one instance; more are closed as they come. */
const MAX_CONNECTIONS = 10_000;

// OWASP ASVS 5.0, chapter 3.4. A page replaces the content security policy by its own.
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'accelerometer=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/** A Fastify that reads strict JSON only, answers problems only, and lets no request linger. */
export function createHttpAdapter(log: Logger): FastifyAdapter {
  return new FastifyAdapter({
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEAD_TIMEOUT_MS, connectionsCheckingInterval: CHECKED_EVERY_MS },
    clientErrorHandler: (fault, socket) => answerClientError(fault, socket as Socket),
    bodyLimit: Number.MAX_SAFE_INTEGER, // readJsonBody has the limits, by the kind of body
    routerOptions: { maxParamLength: MAX_ADDRESS_CHARACTERS }, // an id of any length is one that there is not
    frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) =>
      sendProblem(reply, problemOf(asError(error, log))),
  });
}

/** Body parsers, security headers and the observation of every request. */
export function setUpHttp(
  app: NestFastifyApplication,
  options: HttpOptions & { readonly config: Pick<ServiceConfig, 'internalToken'> },
  observe: (observation: HttpObservation) => void,
): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const limits: BodyLimits = {
    maxBytes: LIMITS.body,
    maxArrayBytes: LIMITS.body * (options.maxBatchItems ?? 1),
  };
  fastify.server.maxConnections = MAX_CONNECTIONS;
  // All headers are looked at: a second copy behind a thousand others must not go unseen. Their bytes are limited.
  fastify.server.maxHeadersCount = 0;
  fastify.removeAllContentTypeParsers();
  acceptJson(fastify, limits);
  acceptRaw(fastify);
  if (options.acceptForms) acceptForms(fastify);
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done();
  });
  const origins = options.origins ?? [];
  fastify.addHook('onRequest', (request, _reply, done) => {
    refuseCrossSite(request, origins);
    done();
  });
  guardRoutes(fastify, { authenticators: options.authenticators ?? {}, internalToken: options.config.internalToken });
  guardKeys(fastify);
  fastify.addHook('preClose', (done) => {
    endStreams(fastify);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    observe({ method: request.method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    done();
  });
}

/** Clients of a schema registry have a name of their own for it. */
const JSON_TYPES = [
  'application/json',
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
];

function acceptJson(fastify: FastifyInstance, limits: BodyLimits): void {
  fastify.addContentTypeParser(JSON_TYPES, (request: FastifyRequest, payload: IncomingMessage) => {
    if (isRaw(request)) return Promise.resolve(payload);
    // What a parser throws before its promise ends the process: refusals are rejections.
    if (hasOtherCharset(request.headers['content-type'])) return Promise.reject(noJson());
    return readJsonBody(payload, isInternal(request) ? INTERNAL : limits);
  });
}

const INTERNAL: BodyLimits = { maxBytes: MAX_INTERNAL_BYTES, maxArrayBytes: MAX_INTERNAL_BYTES };
const isInternal = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url?.startsWith('/internal/') === true;

const isRaw = (request: FastifyRequest): boolean => routeFactsOf(request).isRaw === true;

/** Routes that take any type read it themselves, once they know who sends it; all others refuse it. */
function acceptRaw(fastify: FastifyInstance): void {
  fastify.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => {
    if (isRaw(request)) return Promise.resolve(payload);
    return Promise.reject(noJson());
  });
}

const noJson = (): CountersignError =>
  new CountersignError('unsupported_media_type', 'send the body as application/json in UTF-8');

function hasOtherCharset(contentType: string | undefined): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? '')?.[1];
  return charset !== undefined && !/^utf-?8$/i.test(charset);
}

function acceptForms(fastify: FastifyInstance): void {
  const options = { parseAs: 'string', bodyLimit: LIMITS.body } as const;
  fastify.addContentTypeParser('application/x-www-form-urlencoded', options, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}
