import { Controller, Get, HttpCode, Inject, Param, Post, Query as QueryString } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import type { DeadLetterReplayed } from '@countersign/events';
import { Access, OptionallyKeyed, Person, role } from '@countersign/service';
import type { OptionallyKeyedCall, Reviewer } from '@countersign/service';
import type { LetterRow } from './letter-record.js';
import { cursorAt, cursorOf, LAST, limitOf, onlyNames } from './query-text.js';
import type { Query } from './query-text.js';
import type { Replays } from './replays.js';
import { ENGINE, REPLAYS } from './tokens.js';

const sql = readSql('queries/dead_letters.sql');

/** Records that nobody could process. Those without a readable tenant are shown to every admin, without their bytes. */
@ApiTags('dead letters')
@ApiBearerAuth()
@Controller('v1/dead-letters')
@Access(role('admin'))
export class DeadLettersController {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(REPLAYS) private readonly replays: Replays,
  ) {}

  @Get()
  async list(@QueryString() query: Query, @Person() { tenant }: Reviewer): Promise<unknown> {
    onlyNames(query, ['limit', 'cursor']);
    const limit = limitOf(query, 50, 500);
    const after = cursorOf(query);
    const params = {
      tenant,
      limit,
      before: after?.time ?? LAST,
      before_id: after?.id ?? '',
    };
    const rows = await this.engine.rows<LetterRow>(sql, params);
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return {
      items: rows.map(letterOf),
      next_cursor: last ? cursorAt({ time: new Date(last.recorded_at), id: last.event_id }) : null,
    };
  }

  @Get(':dead_letter_id')
  async show(@Param('dead_letter_id') id: string, @Person() { tenant }: Reviewer): Promise<unknown> {
    const [letter, replays] = await Promise.all([this.replays.letter(tenant, id), this.replays.of(tenant, id)]);
    return { ...letterOf(letter), replays: replays.map(replayOf) };
  }

  /** Sends the record of a letter again, as it was. The same key again sends nothing and gives the same answer. */
  @Post(':dead_letter_id/replay')
  @HttpCode(202)
  async replay(@Param('dead_letter_id') id: string, @OptionallyKeyed() call: OptionallyKeyedCall): Promise<unknown> {
    return replayOf(await this.replays.replay(id, call));
  }
}

const replayOf = ({ tenant: _tenant, replayed_at, ...replay }: DeadLetterReplayed) => ({
  ...replay,
  replayed_at: new Date(replayed_at).toISOString(),
});

function letterOf({ event_id, tenant, time, payload }: LetterRow): Record<string, unknown> {
  const { key, value, headers, recorded_at, ...place } = JSON.parse(payload) as Record<string, unknown>;
  const bytes = tenant === '' ? {} : { key, value, headers };
  return {
    dead_letter_id: event_id,
    time,
    ...place,
    recorded_at: new Date(Number(recorded_at)).toISOString(),
    ...bytes,
  };
}
