#!/usr/bin/env node
/**
 * Writes what follows from the Avro schemas: ids in schemas/registry.json, TypeScript types and the embedded schemas in
 * libs/events/src/generated, golden bytes, docs/asyncapi.json. And from what is built: JSON Schemas of the policy loader,
 * docs/openapi. What a tag `v*` holds is released: its ids, schemas and golden bytes stay as they are.
 * `--check` writes nothing and fails when something is stale or a released schema was edited.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import avro from 'avsc';
import { asyncapiDocument } from './asyncapi.mjs';
import { openapiDocuments } from './openapi.mjs';
import { registryOf, releasedEntries } from './released.mjs';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const at = (...parts) => join(root, ...parts);
const json = (path) => JSON.parse(readFileSync(at(path), 'utf8'));
const stale = [];

/** Writes a generated file, or notes that it would change. */
function put(path, text) {
  const current = existsSync(at(path)) ? readFileSync(at(path), 'utf8') : null;
  if (current === text) return;
  if (check) return void stale.push(path);
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

const areas = readdirSync(at('schemas'), { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && entry.name !== 'golden',
);
const files = areas
  .flatMap(({ name: area }) =>
    readdirSync(at('schemas', area))
      .filter((name) => name.endsWith('.avsc'))
      .map((name) => `schemas/${area}/${name}`),
  )
  .sort();

const fingerprint = (schema) => createHash('sha256').update(JSON.stringify(schema)).digest('hex');
const schemas = files.map((file) => {
  const schema = json(file);
  const [, area, name] = file.split('/');
  const version = Number(/\.v(\d+)\.avsc$/.exec(name)[1]);
  const topic = `countersign.${area}.v1`;
  const subject = `${topic}-${schema.name}`;
  return { file, schema, topic, subject, name: schema.name, version, sha256: fingerprint(schema) };
});

const PRIMITIVE = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  double: 'number',
  string: 'string',
  bytes: 'Buffer',
};

/** The TypeScript type that avsc yields for a schema; named types are collected in `named`. */
function typeOf(schema, named) {
  if (Array.isArray(schema)) return schema.map((branch) => typeOf(branch, named)).join(' | ');
  if (typeof schema === 'string') return PRIMITIVE[schema] ?? schema;
  if (schema.type === 'array') return `readonly ${wrap(typeOf(schema.items, named))}[]`;
  if (schema.type === 'enum')
    named.set(schema.name, `export type ${schema.name} = ${schema.symbols.map((s) => `'${s}'`).join(' | ')};`);
  else if (schema.type === 'record') named.set(schema.name, recordOf(schema, named));
  else return typeOf(schema.type, named);
  return schema.name;
}
const wrap = (text) => (text.includes(' ') ? `(${text})` : text);

function recordOf(schema, named) {
  const fields = schema.fields.map(
    ({ name, type, doc }) => `  /** ${doc} */\n  readonly ${name}: ${typeOf(type, named)};`,
  );
  return `/** ${schema.doc} */\nexport interface ${schema.name} {\n${fields.join('\n')}\n}`;
}

const HEADER = '// Generated from schemas/ by tools/generate.mjs. Do not edit.\n';

function typesFile(latest) {
  const named = new Map();
  for (const { schema } of latest) typeOf(schema, named);
  const map = latest.map(({ name }) => `  readonly ${name}: ${name};`).join('\n');
  return `${HEADER}\n${[...named.values()].join('\n\n')}\n\n/** Every event by its record name. */\nexport interface EventMap {\n${map}\n}\n\nexport type EventName = keyof EventMap;\n`;
}

function schemasFile(ids) {
  const rows = ids.map(({ id, subject, version, file }) => {
    const { schema, topic, name } = schemas.find((item) => item.file === file);
    return `  { id: ${id}, name: '${name}', topic: '${topic}', subject: '${subject}', version: ${version}, schema: ${JSON.stringify(JSON.stringify(schema))} },`;
  });
  return `${HEADER}\n/** Every schema, by its committed id. */\nexport const SCHEMAS = [\n${rows.join('\n')}\n] as const;\n`;
}

function topicsFile() {
  return `${HEADER}\n/** Partitions and settings of each topic, from infra/kafka/topics.json. */\nexport const TOPIC_CONFIGS = ${JSON.stringify(json('infra/kafka/topics.json'), null, 2)} as const;\n`;
}

/** Golden bytes: one value of each schema with its encoding; those of a released schema are kept for ever. */
function golden({ file, schema, name, version }) {
  const path = `schemas/golden/${name}.v${version}.json`;
  const type = avro.Type.forSchema(schema, { wrapUnions: 'auto' });
  if (released.some((entry) => entry.file === file) || isGolden(path, type)) return;
  const value = type.random();
  put(
    path,
    `${JSON.stringify({ schema: file, value: JSON.parse(type.toString(value)), avro_hex: type.toBuffer(value).toString('hex') }, null, 2)}\n`,
  );
}

/** True when the file's value has its bytes by this schema. The other way round would decode bytes of another schema. */
function isGolden(path, type) {
  if (!existsSync(at(path))) return false;
  const { value, avro_hex } = json(path);
  try {
    const event = type.fromString(JSON.stringify(value));
    return type.toString(event) === JSON.stringify(value) && type.toBuffer(event).toString('hex') === avro_hex;
  } catch {
    return false;
  }
}

/** docs/api.md prints the schemas that agents write. */
function apiPage() {
  const page = readFileSync(at('docs/api.md'), 'utf8');
  const blocks = schemas
    .filter(({ topic }) => topic === 'countersign.submissions.v1')
    .map(({ schema }) => `\`\`\`json\n${JSON.stringify(schema, null, 2)}\n\`\`\``);
  return page.replace(
    /(<!-- schemas:begin .*-->\n)[^]*(<!-- schemas:end -->)/,
    (_, begin, end) => `${begin}${blocks.join('\n\n')}\n${end}`,
  );
}

/** JSON Schemas for editors, from what the policy loader checks. They need the built library. */
async function policySchemas() {
  const library = at('libs/policy/dist/json-schema.js');
  if (!existsSync(library)) return void stale.push('schemas/*.schema.json, after "npm run build"');
  const { policyJsonSchemas } = await import(pathToFileURL(library).href);
  for (const [name, schema] of Object.entries(policyJsonSchemas()))
    put(`schemas/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
}

/** What each running service answers at /openapi.json; `test/flows/openapi.flow.ts` compares. They need the built services. */
async function openapi() {
  if (!existsSync(at('apps/approval/dist/approval.module.js')))
    return void stale.push('docs/openapi, after "npm run build"');
  for (const [service, document] of Object.entries(await openapiDocuments()))
    put(`docs/openapi/${service}.json`, `${JSON.stringify(document, null, 2)}\n`);
}

const released = releasedEntries(root);
const ids = registryOf(schemas, released);
const latest = schemas.filter(
  ({ name, topic, version }) => !schemas.some((o) => o.name === name && o.topic === topic && o.version > version),
);
put('schemas/registry.json', `${JSON.stringify(ids, null, 2)}\n`);
put('libs/events/src/generated/types.ts', typesFile(latest));
put('libs/events/src/generated/schemas.ts', schemasFile(ids));
put('libs/events/src/generated/topics.ts', topicsFile());
put('docs/api.md', apiPage());
schemas.forEach(golden);
await policySchemas();
put('docs/asyncapi.json', `${JSON.stringify(asyncapiDocument(latest, json('infra/kafka/topics.json')), null, 2)}\n`);
await openapi();

if (stale.length > 0) {
  console.error(`stale, run "node tools/generate.mjs":\n  ${stale.join('\n  ')}`);
  process.exitCode = 1;
}
