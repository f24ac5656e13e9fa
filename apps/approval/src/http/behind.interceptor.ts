import { Inject, Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import { catchError, from, mergeMap, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Judge } from '../judge/judge.js';
import { JUDGE } from '../tokens.js';

/**
 * What this instance does not know may be known to another one already. Before it says `not_found` it reads the log to
 * its end and asks itself once more.
 */
@Injectable()
export class BehindInterceptor implements NestInterceptor {
  constructor(@Inject(JUDGE) private readonly judge: Judge) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((fault: unknown) => {
        if (!(fault instanceof CountersignError) || fault.code !== 'not_found') return throwError(() => fault);
        return from(this.judge.catchUp()).pipe(mergeMap(() => next.handle()));
      }),
    );
  }
}
