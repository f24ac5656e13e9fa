import { Catch, Inject, Injectable } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { problemOf } from '@countersign/canonical';
import { asError, LOGGER } from '@countersign/service';
import type { Logger } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import { PAGE_HEADERS, problemPage } from './layout.js';

/** A fault on the page is a page, not a JSON document. */
@Injectable()
@Catch()
export class PageProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  catch(fault: unknown, host: ArgumentsHost): void {
    const { status, title, detail, retry_after } = problemOf(asError(fault, this.log));
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (retry_after !== undefined) reply.header('retry-after', String(retry_after));
    void reply
      .code(status)
      .headers(PAGE_HEADERS)
      .send(problemPage(null, title, detail));
  }
}
