import { testEngine } from '@countersign/testing';
import { testService } from './testing/service.js';
import type { TestService } from './testing/service.js';

describe('the schema registry, for the producers and consumers of others', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await testService(await testEngine());
  }, 60_000);
  afterAll(() => service?.close());

  const subject = 'countersign.submissions.v1-ActionSubmitted';
  const ask = async (path: string, schema?: unknown) => {
    const body = schema === undefined ? null : JSON.stringify({ schema });
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const response = await fetch(service.url + path, body === null ? {} : { method: 'POST', body, headers });
    expect(response.headers.get('content-type')).toMatch(/^application\/vnd\.schemaregistry\.v1\+json/);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const known = async (): Promise<{ id: number; version: number; schema: string }> =>
    (await ask(`/subjects/${subject}/versions/latest`)).body as never;
  const other = JSON.stringify({ type: 'record', name: 'Other', fields: [{ name: 'a', type: 'string' }] });

  it('serves the committed schemas like a registry', async () => {
    const latest = await ask('/subjects/countersign.actions.v1-ActionProposed/versions/latest');
    expect(latest).toMatchObject({
      status: 200,
      body: { version: 1, id: expect.any(Number), schema: expect.stringContaining('ActionProposed') },
    });
    const { id, schema } = latest.body as unknown as { id: number; schema: string };
    expect((await ask(`/schemas/ids/${id}`)).body).toEqual({ schema });
    expect((await ask('/schemas/ids/999999')).status).toBe(404);
    expect((await ask('/subjects/none/versions/latest')).status).toBe(404);
  });

  it('looks a schema up, however it is laid out', async () => {
    const { id, version, schema } = await known();
    const laidOut = JSON.stringify(JSON.parse(schema), null, 2);
    for (const text of [schema, laidOut])
      expect(await ask(`/subjects/${subject}`, text)).toMatchObject({
        status: 200,
        body: { subject, id, version, schema },
      });
    expect(await ask(`/subjects/${subject}`, other)).toMatchObject({ status: 404, body: { error_code: 40403 } });
    expect(await ask('/subjects/none', schema)).toMatchObject({ status: 404, body: { error_code: 40401 } });
    expect(await ask(`/subjects/${subject}/versions/7`)).toMatchObject({ status: 404, body: { error_code: 40402 } });
    expect(await ask('/schemas/ids/999999')).toMatchObject({ status: 404, body: { error_code: 40403 } });
    expect((await ask(`/schemas/ids/${id}/versions`)).body).toEqual([{ subject, version }]);
  });

  it.each([
    ['TopicName', 'countersign.submissions.v1-value'],
    ['RecordName', 'countersign.submissions.v1.ActionSubmitted'],
    ['TopicRecordName', 'countersign.submissions.v1-countersign.submissions.v1.ActionSubmitted'],
  ])('finds a schema under the subject of the strategy %s', async (_strategy, name) => {
    const { id, schema } = await known();
    for (const options of ['', '?normalize=false&deleted=false']) {
      expect(await ask(`/subjects/${name}${options}`, schema)).toMatchObject({ body: { subject: name, id } });
      expect((await ask(`/subjects/${name}/versions${options}`, schema)).body).toEqual({ id });
    }
    expect((await ask(`/subjects/${name}`, other)).body).toMatchObject({ error_code: 40403 });
    expect((await ask('/subjects/countersign.roster.v1-value', schema)).body).toMatchObject({ error_code: 40403 });
    expect((await ask('/subjects/nothing-value', schema)).body).toMatchObject({ error_code: 40401 });
  });

  it('is read under the name of its record, and not under one that stands for several schemas', async () => {
    const { id } = await known();
    const latest = await ask('/subjects/countersign.submissions.v1.ActionSubmitted/versions/latest');
    expect(latest.body).toMatchObject({ id });
    const several = await ask('/subjects/countersign.submissions.v1-value/versions/latest');
    expect(several).toMatchObject({ status: 404, body: { error_code: 40401 } });
  });

  it('answers what clients ask beside that, and changes nothing', async () => {
    const { id, schema } = await known();
    expect((await ask(`/schemas/ids/${id}/subjects`)).body).toEqual([subject]);
    expect((await ask(`/subjects/${subject}/versions/1/schema`)).body).toEqual(JSON.parse(schema));
    expect((await ask(`/subjects/${subject}/versions/1/referencedby`)).body).toEqual([]);
    expect((await ask('/mode')).body).toEqual({ mode: 'READONLY' });
    expect((await ask(`/mode/${subject}`)).body).toEqual({ mode: 'READONLY' });
    expect((await ask('/contexts')).body).toEqual(['.']);
    const all = `/compatibility/subjects/${subject}/versions`;
    expect((await ask(all, schema)).body).toEqual({ is_compatible: true });
    expect((await ask(all, other)).body).toEqual({ is_compatible: false });
    const writes = [
      ['PUT', `/config/${subject}`],
      ['PUT', '/mode'],
      ['DELETE', `/subjects/${subject}`],
      ['DELETE', `/subjects/${subject}/versions/1`],
    ];
    for (const [method = '', path = ''] of writes) {
      const body = method === 'PUT' ? '{"compatibility":"NONE"}' : null;
      const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
      const refused = await fetch(service.url + path, { method, body, ...(body === null ? {} : { headers }) });
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ error_code: 42205 });
    }
  });

  it('gives the id of what is registered, and registers nothing else', async () => {
    const { id, schema } = await known();
    expect(await ask(`/subjects/${subject}/versions`, schema)).toEqual({ status: 200, body: { id } });
    const refused = await ask(`/subjects/${subject}/versions`, other);
    expect(refused).toMatchObject({
      status: 422,
      body: { error_code: 42205, message: expect.stringMatching(/read only/) },
    });
    for (const none of ['{', '"nothing"', 7, null])
      expect((await ask(`/subjects/${subject}/versions`, none)).body).toMatchObject({ error_code: 42201 });
  });

  it('tells what is compatible', async () => {
    const { schema } = await known();
    const grown = JSON.parse(schema) as { fields: object[] };
    grown.fields.push({ name: 'more', type: ['null', 'string'], default: null });
    const path = `/compatibility/subjects/${subject}/versions/latest`;
    expect((await ask(path, JSON.stringify(grown))).body).toEqual({ is_compatible: true });
    expect((await ask(path, other)).body).toEqual({ is_compatible: false });
    expect((await ask('/config')).body).toEqual({ compatibilityLevel: 'FULL_TRANSITIVE' });
  });
});
