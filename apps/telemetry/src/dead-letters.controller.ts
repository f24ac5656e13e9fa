import { Controller, Get, Inject, Query as QueryString } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CountersignError } from '@countersign/canonical';
import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import type { Reviewer } from '@countersign/service';
import { cursorAt, cursorOf, LAST, limitOf, onlyNames } from './query-text.js';
import type { Query } from './query-text.js';
import { Who } from './reviewer.js';
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
export class DeadLettersController {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  @Get()
  async list(@QueryString() query: Query, @Who() { tenant, roles }: Reviewer): Promise<unknown> {
    if (!roles.includes('admin')) throw new CountersignError('forbidden', 'dead letters are for the role admin');
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
  const { key, value, headers, ...place } = JSON.parse(payload) as Record<string, unknown>;
  const bytes = tenant === '' ? {} : { key, value, headers };
  return { dead_letter_id: event_id, time, ...place, ...bytes };
}
