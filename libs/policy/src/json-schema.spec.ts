import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { policyJsonSchemas } from './json-schema.js';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const schemas = policyJsonSchemas();
type Node = Record<string, unknown>;

/** Every member that a schema describes, at any depth, with its path. */
function* membersOf(node: unknown, path = ''): Generator<[path: string, member: Node]> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    if (key === 'properties')
      for (const [name, member] of Object.entries(child as Record<string, Node>)) yield [`${path}/${name}`, member];
    yield* membersOf(child, key === 'properties' ? path : `${path}/${key}`);
  }
}

describe.each(Object.entries(schemas))('schemas/%s.schema.json', (name, schema) => {
  it('is what the loader checks', () => {
    expect(JSON.parse(read(`schemas/${name}.schema.json`))).toEqual(schema);
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
  });

  it('says of every field what it means', () => {
    const members = [...membersOf(schema)];
    expect(members.length).toBeGreaterThan(30);
    expect(members.filter(([, member]) => typeof member['description'] !== 'string').map(([path]) => path)).toEqual([]);
  });
});

const readers = new Map(
  Object.entries(schemas).map(([name, schema]) => [name, z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema)]),
);
const accepts = (name: string, value: unknown): boolean => readers.get(name)?.safeParse(value).success ?? false;

it.each([
  ['infra/policies/', 'policy'],
  ['infra/policies/examples/', 'policy'],
  ['infra/policies/action_types/', 'action-type'],
  ['infra/policies/cases/', 'cases'],
  ['infra/policies/examples/cases/', 'cases'],
])('accepts the files of %s', (folder, name) => {
  const files = readdirSync(new URL(folder, ROOT)).filter((file) => file.endsWith('.yaml'));
  expect(files.filter((file) => !accepts(name, parse(read(folder + file))))).toEqual([]);
});

it.each([
  ['a field that is not there', (policy: Node) => (policy['extra'] = 1)],
  ['a missing field', (policy: Node) => delete policy['fallback']],
  ['another verdict', (policy: Node) => (policy['rules'] = [{ name: 'a', then: 'alow' }])],
  ['a quorum of nobody', (policy: Node) => (policy['gates'] = { one: { quorum: 0 } })],
  ['a duration in words', (policy: Node) => (policy['velocity'] = { x: { key: 'agent', window: '1 day' } })],
  ['a look-alike field', (policy: Node) => (policy['rul\u0435s'] = [])],
])('refuses %s', (_what, change) => {
  const policy = parse(read('infra/policies/refunds.yaml')) as Node;
  expect(accepts('policy', policy)).toBe(true);
  change(policy);
  expect(accepts('policy', policy)).toBe(false);
});
