import { Body, Controller, Get, Header, HttpCode, Param, Post, UseFilters } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { isCompatible, isSameSchema, schemaRegistry } from '@countersign/events';
import type { RegisteredSchema } from '@countersign/events';
import { Access } from '@countersign/service';
import { noAvro, noSchema, noSubject, noVersion, readOnly, REGISTRY_TYPE, RegistryFilter } from './registry-fault.js';

/** As Confluent's registry takes it. */
const SCHEMA_BODY = {
  type: 'object',
  required: ['schema'],
  properties: { schema: { type: 'string', description: 'The Avro schema as JSON text.' } },
};

/** A Confluent schema registry that is read only, from the committed schemas: what kcat, Connect and other clients ask. */
@ApiTags('schemas')
@Controller()
@Access('anybody')
@UseFilters(RegistryFilter)
export class RegistryController {
  @Get('schemas/ids/:id')
  @Header('content-type', REGISTRY_TYPE)
  byId(@Param('id') id: string): { schema: string } {
    return { schema: idOf(id).schema };
  }

  @Get('schemas/ids/:id/versions')
  @Header('content-type', REGISTRY_TYPE)
  versionsOfId(@Param('id') id: string): { subject: string; version: number }[] {
    const { subject, version } = idOf(id);
    return [{ subject, version }];
  }

  @Get('schemas/ids/:id/subjects')
  @Header('content-type', REGISTRY_TYPE)
  subjectsOfId(@Param('id') id: string): string[] {
    return [idOf(id).subject];
  }

  @Get('schemas/types')
  @Header('content-type', REGISTRY_TYPE)
  types(): string[] {
    return ['AVRO'];
  }

  @Get('config')
  @Header('content-type', REGISTRY_TYPE)
  config(): { compatibilityLevel: string } {
    return { compatibilityLevel: 'FULL_TRANSITIVE' };
  }

  @Get('config/:subject')
  @Header('content-type', REGISTRY_TYPE)
  configOf(@Param('subject') subject: string): { compatibilityLevel: string } {
    versionsOf(subject);
    return this.config();
  }

  /** Nothing can be registered, deleted or configured here. */
  @Get('mode')
  @Header('content-type', REGISTRY_TYPE)
  mode(): { mode: string } {
    return { mode: 'READONLY' };
  }

  @Get('mode/:subject')
  @Header('content-type', REGISTRY_TYPE)
  modeOf(@Param('subject') subject: string): { mode: string } {
    versionsOf(subject);
    return this.mode();
  }

  @Get('contexts')
  @Header('content-type', REGISTRY_TYPE)
  contexts(): string[] {
    return ['.'];
  }

  @Get('subjects')
  @Header('content-type', REGISTRY_TYPE)
  subjects(): string[] {
    return schemaRegistry.subjects();
  }

  /** A producer's look-up: which id has my schema? */
  @ApiBody({ schema: SCHEMA_BODY })
  @Post('subjects/:subject')
  @HttpCode(200)
  @Header('content-type', REGISTRY_TYPE)
  lookUp(@Param('subject') subject: string, @Body() body: unknown): RegisteredSchema {
    const known = schemaRegistry.candidates(subject);
    if (known.length === 0) return fail(noSubject());
    return { ...(sameAs(known, schemaIn(body)) ?? fail(noSchema())), subject };
  }

  @Get('subjects/:subject/versions')
  @Header('content-type', REGISTRY_TYPE)
  versions(@Param('subject') subject: string): number[] {
    return versionsOf(subject).map(({ version }) => version);
  }

  /** Registers nothing: a producer that registers first hears the id of what is there. */
  @ApiBody({ schema: SCHEMA_BODY })
  @Post('subjects/:subject/versions')
  @HttpCode(200)
  @Header('content-type', REGISTRY_TYPE)
  register(@Param('subject') subject: string, @Body() body: unknown): { id: number } {
    const schema = schemaIn(body);
    const known = sameAs(schemaRegistry.candidates(subject), schema) ?? fail(readOnly());
    return { id: known.id };
  }

  @Get('subjects/:subject/versions/:version')
  @Header('content-type', REGISTRY_TYPE)
  version(@Param('subject') subject: string, @Param('version') version: string): RegisteredSchema {
    return versionOf(subject, version);
  }

  /** The schema alone, as text. */
  @Get('subjects/:subject/versions/:version/schema')
  @Header('content-type', REGISTRY_TYPE)
  schemaOf(@Param('subject') subject: string, @Param('version') version: string): unknown {
    return JSON.parse(versionOf(subject, version).schema);
  }

  /** No schema refers to another. */
  @Get('subjects/:subject/versions/:version/referencedby')
  @Header('content-type', REGISTRY_TYPE)
  referencedBy(@Param('subject') subject: string, @Param('version') version: string): number[] {
    versionOf(subject, version);
    return [];
  }

  /** With every version of the subject. */
  @ApiBody({ schema: SCHEMA_BODY })
  @Post('compatibility/subjects/:subject/versions')
  @HttpCode(200)
  @Header('content-type', REGISTRY_TYPE)
  compatibleWithAll(@Param('subject') subject: string, @Body() body: unknown): { is_compatible: boolean } {
    const [schema, known] = [schemaIn(body), versionsOf(subject)];
    return { is_compatible: known.every((one) => isCompatible(schema, one.schema)) };
  }

  @ApiBody({ schema: SCHEMA_BODY })
  @Post('compatibility/subjects/:subject/versions/:version')
  @HttpCode(200)
  @Header('content-type', REGISTRY_TYPE)
  compatible(
    @Param('subject') subject: string,
    @Param('version') version: string,
    @Body() body: unknown,
  ): { is_compatible: boolean } {
    const known = versionOf(subject, version);
    return { is_compatible: isCompatible(schemaIn(body), known.schema) };
  }
}

function idOf(id: string): RegisteredSchema {
  const found = /^\d{1,9}$/.test(id) ? schemaRegistry.byId(Number(id)) : null;
  return found ?? fail(noSchema());
}

function versionsOf(subject: string): RegisteredSchema[] {
  const found = schemaRegistry.versions(subject);
  return found.length === 0 ? fail(noSubject()) : found;
}

function versionOf(subject: string, version: string): RegisteredSchema {
  const known = versionsOf(subject);
  const found = ['latest', '-1'].includes(version)
    ? known.at(-1)
    : known.find((one) => String(one.version) === version);
  return found ?? fail(noVersion());
}

const sameAs = (known: readonly RegisteredSchema[], schema: string): RegisteredSchema | undefined =>
  known.find((one) => isSameSchema(one.schema, schema));

/** The Avro schema in a body. @throws RegistryFault when there is none */
function schemaIn(body: unknown): string {
  const { schema } = (body ?? {}) as { schema?: unknown };
  if (typeof schema !== 'string') return fail(noAvro());
  try {
    isCompatible(schema, schema);
    return schema;
  } catch {
    return fail(noAvro());
  }
}

function fail(fault: Error): never {
  throw fault;
}
