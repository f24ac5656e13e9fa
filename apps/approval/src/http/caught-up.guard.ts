import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import type { Judge } from '../judge/judge.js';
import { JUDGE } from '../tokens.js';

/** An instance that has not read the log says so, instead of answering from half of it. */
@Injectable()
export class CaughtUpGuard implements CanActivate {
  constructor(@Inject(JUDGE) private readonly judge: Judge) {}

  canActivate(): boolean {
    if (this.judge.ready()) return true;
    throw new CountersignError('overloaded', 'this instance is still reading the log; ask again or ask another one', {
      retry_after: 1,
    });
  }
}
