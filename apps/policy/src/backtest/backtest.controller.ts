import { Readable } from 'node:stream';
import { Body, Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { CountersignError, problemOf } from '@countersign/canonical';
import { Access, asError, LOGGER, Person } from '@countersign/service';
import type { Logger, Reviewer } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import type { Past } from '../draws/past.js';
import { AUTHORS } from '../lifecycle/authors.js';
import type { PolicyStore } from '../policy-log.js';
import { BACKTEST_BODY, parseBacktest } from '../requests.js';
import { PAST, POLICIES } from '../tokens.js';
import { contestOf } from './contenders.js';
import type { BacktestRun } from './run-backtest.js';
import { reportedEvent, runBacktest } from './run-backtest.js';

/** Backtests at a time; deciding live actions comes first. */
const AT_ONCE = 2;

/** What a version would have decided over recorded history. */
@Controller('v1/policies')
@Access('person')
export class BacktestController {
  private running = 0;

  constructor(
    @Inject(POLICIES) private readonly policies: PolicyStore,
    @Inject(PAST) private readonly past: Past,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Answers lines of JSON: progress, changed actions, and the result last. Hanging up stops it. */
  @ApiBody({ schema: BACKTEST_BODY })
  @Access(...AUTHORS)
  @Post(':name/backtest')
  async backtest(
    @Param('name') name: string,
    @Body() body: unknown,
    @Person() { tenant, subject }: Reviewer,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { candidate, from, to, min_history } = parseBacktest(body, Date.now());
    const contest = contestOf(this.policies.current(), { tenant, name, candidate, draws: this.past.draws });
    const question = { tenant, from, to, action_types: contest.action_types };
    if (this.running >= AT_ONCE)
      throw new CountersignError('overloaded', 'other backtests are running', { retry_after: 5 });
    const run = { engine: this.past.engine, contest: { ...contest, ...(min_history && { min_history }) }, question };
    await reply.header('content-type', 'application/x-ndjson').send(Readable.from(this.lines(run, subject)));
  }

  /** The latest report of each version. */
  @Get(':name/reports')
  async reports(@Param('name') name: string, @Person() { tenant }: Reviewer): Promise<{ items: object[] }> {
    const reports = this.policies.current().reports.list(tenant, name);
    return { items: reports.map((report) => ({ ...report, result: JSON.parse(report.result) as object })) };
  }

  private async *lines(run: BacktestRun, reported_by: string): AsyncGenerator<string> {
    this.running += 1;
    try {
      for await (const line of runBacktest(run)) {
        if ('result' in line)
          await this.keep(reportedEvent(line, run.question, { reported_by, reported_at: Date.now() }));
        yield `${JSON.stringify(line)}\n`;
      }
    } catch (fault) {
      yield `${JSON.stringify({ problem: problemOf(asError(fault, this.log)) })}\n`;
    } finally {
      this.running -= 1;
    }
  }

  private keep(event: ReturnType<typeof reportedEvent>): Promise<void> {
    return this.policies.append([{ name: 'PolicyReported', event }]);
  }
}
