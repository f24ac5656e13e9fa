import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CountersignError } from '@countersign/canonical';
import { schemaRegistry } from '@countersign/events';
import type { RegisteredSchema } from '@countersign/events';
import { Access } from '@countersign/service';

/** The read routes of a Confluent schema registry, from the committed schemas: what kcat, Connect and other clients ask. */
@ApiTags('schemas')
@Controller()
@Access('anybody')
export class RegistryController {
  @Get('schemas/ids/:id')
  byId(@Param('id') id: string): { schema: string } {
    const found = /^\d{1,9}$/.test(id) ? schemaRegistry.byId(Number(id)) : null;
    return { schema: (found ?? missing('schema')).schema };
  }

  @Get('subjects')
  subjects(): string[] {
    return schemaRegistry.subjects();
  }

  @Get('subjects/:subject/versions')
  versions(@Param('subject') subject: string): number[] {
    const found = schemaRegistry.versions(subject);
    return found.length === 0 ? missing('subject') : found.map(({ version }) => version);
  }

  @Get('subjects/:subject/versions/:version')
  version(@Param('subject') subject: string, @Param('version') version: string): RegisteredSchema {
    if (version === 'latest') return schemaRegistry.latest(subject) ?? missing('subject');
    return schemaRegistry.versions(subject).find((item) => String(item.version) === version) ?? missing('version');
  }
}

function missing(what: string): never {
  throw new CountersignError('not_found', `this registry has no such ${what}`);
}
