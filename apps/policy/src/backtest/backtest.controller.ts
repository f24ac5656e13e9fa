import { Readable } from 'node:stream';
import { Body, Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { CountersignError, problemOf } from '@countersign/canonical';
import { Access, asError, LOGGER, Person, Slots, takenInTime } from '@countersign/service';
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

/** Backtests at a time, by tenant: deciding live actions comes first, and no tenant takes the places of the others. */
const AT_ONCE = { perCaller: 2, total: 8 };
/** How long one may take, the reading of its answer included. */
const AT_MOST_MS = 5 * 60_000;

/** What a version would have decided over recorded history. */
@Controller('v1/policies')
@Access('person')
export class BacktestController {
  private readonly slots = new Slots('backtests', AT_ONCE);

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
    const give = this.slots.take(tenant);
    reply.raw.once('close', give);
    const run = { engine: this.past.engine, contest: { ...contest, ...(min_history && { min_history }) }, question };
    const lines = takenInTime(this.lines(run, subject), () => answer.destroy());
    const answer: Readable = Readable.from(lines);
    await reply.header('content-type', 'application/x-ndjson').send(answer);
  }

  /** The latest report of each version. */
  @Get(':name/reports')
  async reports(@Param('name') name: string, @Person() { tenant }: Reviewer): Promise<{ items: object[] }> {
    const reports = this.policies.current().reports.list(tenant, name);
    return { items: reports.map((report) => ({ ...report, result: JSON.parse(report.result) as object })) };
  }

  private async *lines(run: BacktestRun, reported_by: string): AsyncGenerator<string> {
    const untilMs = Date.now() + AT_MOST_MS;
    try {
      for await (const line of runBacktest(run)) {
        if (Date.now() > untilMs) throw tooLong();
        if ('result' in line)
          await this.keep(reportedEvent(line, run.question, { reported_by, reported_at: Date.now() }));
        yield `${JSON.stringify(line)}\n`;
      }
    } catch (fault) {
      yield `${JSON.stringify({ problem: problemOf(asError(fault, this.log)) })}\n`;
    }
  }

  private keep(event: ReturnType<typeof reportedEvent>): Promise<void> {
    return this.policies.append([{ name: 'PolicyReported', event }]);
  }
}

const tooLong = (): CountersignError =>
  new CountersignError(
    'overloaded',
    'the backtest took longer than 5 minutes; name a shorter time by `since` and `until`',
  );
