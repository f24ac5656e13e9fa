import { randomUUID } from 'node:crypto';
import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { CountersignError, JsonError, problemOf } from '@countersign/canonical';
import type { Problem, ProblemCode } from '@countersign/canonical';
import type { FastifyReply } from 'fastify';
import { jsonProblem } from './json-body.js';
import type { Logger } from './logger.js';

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  414: 'not_found', // a name in the address that is longer than any of ours
  415: 'unsupported_media_type',
  422: 'invalid_request',
  429: 'rate_limited',
  503: 'overloaded',
};

const DETAIL_OF_CODE: Partial<Record<ProblemCode, string>> = {
  not_found: 'there is nothing at this address for these credentials',
  unsupported_media_type: 'send the body as application/json in UTF-8',
};

/** Turns every fault into an RFC 9457 document; what is unknown becomes `internal` with an id that the log has. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(fault: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    sendProblem(reply, problemOf(asError(fault, this.log)));
  }
}

/** Writes a problem document with its status, `Retry-After` and `WWW-Authenticate` where they belong. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (reply.sent || reply.raw.headersSent) return;
  if (problem.retry_after !== undefined) reply.header('retry-after', String(problem.retry_after));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (Array.isArray(problem['allow'])) reply.header('allow', problem['allow'].join(', '));
  void reply
    .code(problem.status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)));
}

/** Any fault as the error whose problem a caller may see. */
export function asError(fault: unknown, log: Logger): CountersignError {
  if (fault instanceof CountersignError) return fault;
  if (fault instanceof JsonError) return jsonProblem(fault);
  const code = CODE_OF_STATUS[statusOf(fault)];
  if (code !== undefined)
    return new CountersignError(code, DETAIL_OF_CODE[code] ?? 'the request cannot be handled as it is');
  const id = randomUUID();
  log.error('unexpected fault', { fault_id: id, fault });
  return new CountersignError('internal', `not your fault; the operator finds it in the log under ${id}`, {
    fault_id: id,
  });
}

function statusOf(fault: unknown): number {
  if (fault instanceof HttpException) return fault.getStatus();
  const status = (fault as { statusCode?: unknown } | null)?.statusCode;
  // Only Fastify's own refusals (FST_ERR_…) speak about the request; a status on another error is not about us.
  const code = (fault as { code?: unknown } | null)?.code;
  return typeof status === 'number' && typeof code === 'string' && code.startsWith('FST_ERR_') ? status : 500;
}
