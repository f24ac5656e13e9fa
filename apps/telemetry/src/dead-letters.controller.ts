import { Controller, Get, Inject, Query as QueryString } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { Access, Person, role } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { cursorAt, cursorOf, LAST, limitOf, onlyNames } from './query-text.js';
import type { Query } from './query-text.js';
import { ENGINE } from './tokens.js';

interface LetterRow {
  readonly event_id: string;
  readonly tenant: string;
  readonly time: string;
  readonly recorded_at: string;
  /** JSON text of DeadLettered, bytes as base64. */
  readonly payload: string;
}

const sql = readSql('queries/dead_letters.sql');

/** Records that nobody could process. Those without a readable tenant are shown to every admin, without their bytes. */
@ApiTags('dead letters')
@ApiBearerAuth()
@Controller('v1/dead-letters')
@Access(role('admin'))
export class DeadLettersController {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

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
}

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
