#!/usr/bin/env node
/**
 * FULL_TRANSITIVE: every version of a subject reads every other (Avro 1.12, schema resolution), in both directions.
 * Also refuses what makes bytes from strangers dangerous or evolution impossible: array items of width zero and
 * enums without a default.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import avro from 'avsc';

const typeOf = (schema) => avro.Type.forSchema(schema, { wrapUnions: 'auto' });

/** Reasons why two schemas cannot read each other; empty when they can. */
export function incompatibilities(older, newer) {
  return [
    [older, newer, 'the newer cannot read the older'],
    [newer, older, 'the older cannot read the newer'],
  ].flatMap(([written, read, title]) => {
    try {
      typeOf(read).createResolver(typeOf(written));
      return [];
    } catch (error) {
      return [`${title}: ${error.message}`];
    }
  });
}

/** Reasons why a schema may not be released. */
export function faults(schema, path = schema.name ?? '') {
  if (Array.isArray(schema)) return schema.flatMap((branch) => faults(branch, path));
  if (typeof schema !== 'object' || schema === null) return [];
  const found = [];
  if (schema.type === 'enum' && schema.default === undefined) found.push(`${path}: the enum has no default`);
  if (schema.type === 'array' && isEmpty(schema.items)) found.push(`${path}: the items have width zero`);
  for (const field of schema.fields ?? []) found.push(...faults(field.type, `${path}.${field.name}`));
  return [
    ...found,
    ...faults(schema.items ?? null, path),
    ...(typeof schema.type === 'object' ? faults(schema.type, path) : []),
  ];
}

const isEmpty = (items) =>
  items === 'null' ||
  items?.type === 'null' ||
  (items?.type === 'record' && items.fields.every(({ type }) => isEmpty(type)));

function main() {
  const root = join(import.meta.dirname, '..');
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const bySubject = group(read('schemas/registry.json'));
  const problems = [];
  for (const [subject, versions] of bySubject) {
    const schemas = versions.map(({ file }) => read(file));
    problems.push(...schemas.flatMap((schema) => faults(schema)));
    schemas.forEach((older, i) =>
      schemas
        .slice(i + 1)
        .forEach((newer) => problems.push(...incompatibilities(older, newer).map((reason) => `${subject}: ${reason}`))),
    );
  }
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    process.exitCode = 1;
  } else console.log(`${bySubject.size} subjects are FULL_TRANSITIVE compatible`);
}

function group(entries) {
  const map = new Map();
  for (const entry of entries) map.set(entry.subject, [...(map.get(entry.subject) ?? []), entry]);
  return map;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
