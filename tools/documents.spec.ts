import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv';
import avro from 'avsc';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const read = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, unknown>;

interface Operation {
  readonly operationId?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema?: object }> };
  readonly responses: Record<string, { readonly $ref?: string; readonly description?: string }>;
}

/** Posts that have nothing to say beyond their address. */
const BODILESS = [
  'post /v1/freezes/{freeze_id}/lift',
  'post /v1/notifications/deliveries/{delivery_id}/replay',
  'post /v1/notifications/endpoints/{endpoint_id}/test',
  'post /v1/notifications/endpoints/{endpoint_id}/enable',
  'post /v1/notifications/endpoints/{endpoint_id}/disable',
  'post /v1/dead-letters/{dead_letter_id}/replay',
];

describe.each(['intake', 'policy', 'approval', 'telemetry'])('docs/openapi/%s.json', (service) => {
  const document = read(`docs/openapi/${service}.json`);
  const paths = Object.entries(document['paths'] as Record<string, Record<string, Operation>>);
  const operations = paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, method, operation })),
  );

  it('is valid OpenAPI 3.0', async () => {
    await expect(new Validator().validate(structuredClone(document))).resolves.toMatchObject({ valid: true });
    expect(document['openapi']).toMatch(/^3\.0\./);
  });

  it('gives every operation an id of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('declares every part of an address as a parameter, so that clients can be generated', () => {
    const wanting = operations.filter(({ name, operation }) => {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
      return JSON.stringify(inPath) !== JSON.stringify(declared.sort());
    });
    expect(wanting.map(({ name }) => name)).toEqual([]);
  });

  it('says of every operation who may call it, how it refuses, and what its body is', () => {
    const wanting = operations.filter(({ name, method, operation }) => {
      const { security, responses, requestBody } = operation;
      const refuses = Object.values(responses).some(({ $ref }) => $ref === '#/components/responses/Problem');
      const answers = Object.keys(responses).some((status) => status.startsWith('2'));
      const closes = security?.length === 0 || '401' in responses || name.includes('/internal/');
      const isRead = !['post', 'put', 'patch'].includes(method) || BODILESS.includes(name);
      const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
      return security === undefined || !refuses || !answers || !closes || !(isRead || schema !== undefined);
    });
    expect(wanting.map(({ name }) => name)).toEqual([]);
  });
});

describe('docs/asyncapi.json', () => {
  const document = read('docs/asyncapi.json');
  const channels = document['channels'] as Record<string, { address: string; messages: object }>;
  const messages = (document['components'] as { messages: Record<string, { payload: { schema: never } }> }).messages;

  it('is valid AsyncAPI 3.0', () => {
    // The official JSON Schema of the format.
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
    const validate = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore', logger: false }).compile(schema);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('names every topic and every event of the schemas, as Avro', () => {
    const topics = Object.keys(read('infra/kafka/topics.json'));
    expect(Object.values(channels).map(({ address }) => address)).toEqual(
      topics.map((topic) => `countersign.${topic}.v1`),
    );
    const files = read('schemas/registry.json') as unknown as { subject: string }[];
    const events = new Set(files.map(({ subject }) => subject.split('-').at(-1)));
    expect(new Set(Object.keys(messages))).toEqual(events);
    expect(new Set(Object.values(channels).flatMap((one) => Object.keys(one.messages)))).toEqual(events);
    for (const { payload } of Object.values(messages))
      expect(() => avro.Type.forSchema(payload.schema, { wrapUnions: 'auto' })).not.toThrow();
  });
});
