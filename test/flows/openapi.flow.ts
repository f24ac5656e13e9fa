import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOORS } from './support/doors.js';
import { operationOf, knock, SERVICES, urlOf } from './support/knock.js';
import type { Service } from './support/knock.js';
import { approve, refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

interface Document {
  readonly paths: Record<string, Record<string, { responses: Record<string, Response | undefined> } | undefined>>;
}
interface Response {
  readonly content?: Record<string, { readonly schema: object } | undefined>;
}

const documents = new Map<Service, Document>();

/** What the running service's own document says against an answer. */
function against(service: Service, method: string, path: string, answer: { status: number; body: unknown }): unknown {
  const response = documents.get(service)?.paths[path]?.[method]?.responses[String(answer.status)];
  const schema = response?.content?.['application/json']?.schema;
  if (schema === undefined) return `${method} ${path} says nothing of ${answer.status}`;
  const validate = new Ajv({ nullable: true, unknownFormats: 'ignore', schemaId: 'auto', logger: false }).compile(
    schema,
  );
  validate(answer.body);
  return validate.errors ?? [];
}

const isRegistry = (path: string): boolean => /^\/(schemas|subjects|config|compatibility|mode)\b/.test(path);

describe('the OpenAPI documents of the running services', () => {
  beforeAll(async () => {
    for (const service of SERVICES) {
      const answer = await fetch(`${urlOf(service)}/openapi.json`);
      documents.set(service, (await answer.json()) as Document);
    }
  });

  it.each(SERVICES)('%s: are the committed ones (else: npm run build && node tools/generate.mjs)', (service) => {
    const committed = readFileSync(join(import.meta.dirname, `../../docs/openapi/${service}.json`), 'utf8');
    expect(documents.get(service)).toEqual(JSON.parse(committed));
  });

  it('say what is answered along the way of an action', async () => {
    const bearer = `Bearer ${world().local.agents.find((one) => one.agent_id === 'refund-agent')?.api_key}`;
    const call = async (service: Service, path: string, init: RequestInit = {}) => {
      const headers = { authorization: bearer, 'content-type': 'application/json', ...(init.headers as object) };
      const response = await fetch(urlOf(service) + path, { ...init, headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const proposal = refund('6000.00');
    const post = { method: 'POST', headers: { 'idempotency-key': `openapi-${proposal.run_id}` } };
    const proposed = await call('intake', '/v1/actions', { ...post, body: JSON.stringify(proposal) });
    expect(against('intake', 'post', '/v1/actions', proposed)).toEqual([]);
    const action_id = String(proposed.body['action_id']);
    const pending = await world().decided(proposal, `openapi-${proposal.run_id}`);
    for (const person of ['ann', 'bob']) await world().vote(person, pending, approve);
    const ended = await call('intake', `/v1/actions/${action_id}?wait=10s`);
    expect(ended.body).toMatchObject({ status: 'approved', grant: { token: expect.any(String) } });
    expect(against('intake', 'get', '/v1/actions/{action_id}', ended)).toEqual([]);
    const redeemed = await world().redeem((ended.body['grant'] as { token: string }).token, facts(proposal));
    expect(against('approval', 'post', '/v1/grants/redeem', { status: 200, body: redeemed })).toEqual([]);
    const outcome = { method: 'POST', body: JSON.stringify({ status: 'executed', result: { paid: true } }) };
    const reported = await call('intake', `/v1/actions/${action_id}/outcome`, outcome);
    expect(against('intake', 'post', '/v1/actions/{action_id}/outcome', reported)).toEqual([]);
    const listed = await call('intake', `/v1/actions?run_id=${proposal.run_id}`);
    expect(against('intake', 'get', '/v1/actions', listed)).toEqual([]);
  });

  it('say what reviewers and analysts are answered', async () => {
    const waiting = await world().decided(refund('6000.00'));
    const request_id = waiting.request?.request_id ?? '';
    const ann = await world().person('ann');
    const read = async (path: string) => (await ann.approval.send({ method: 'GET', path })).body;
    const listed = { status: 200, body: await read('/v1/requests?limit=5') };
    expect(against('approval', 'get', '/v1/requests', listed)).toEqual([]);
    const shown = { status: 200, body: await read(`/v1/requests/${request_id}`) };
    expect(against('approval', 'get', '/v1/requests/{request_id}', shown)).toEqual([]);
    const voted = { status: 201, body: await world().vote('ann', waiting, approve) };
    expect(against('approval', 'post', '/v1/requests/{request_id}/votes', voted)).toEqual([]);
    const { body } = await ann.telemetry.send({ method: 'GET', path: '/v1/metrics?group_by=gate' });
    expect(against('telemetry', 'get', '/v1/metrics', { status: 200, body })).toEqual([]);
  });

  it('say how every operation refuses', async () => {
    const wrong: string[] = [];
    for (const [name, door] of Object.entries(DOORS)) {
      const [service = '', method = '', path = ''] = name.split(' ');
      const { status, text } = await knock(operationOf(name, door), {}, null);
      if (status < 400) continue;
      const documented = documents.get(service as Service)?.paths[path]?.[method.toLowerCase()]?.responses;
      const { type, detail, error_code } = JSON.parse(text) as { type?: string; detail?: string; error_code?: number };
      // The registry refuses as Confluent's does, because its clients read that.
      const isRefusal = isRegistry(path) ? !!error_code : type?.startsWith('urn:countersign:problem:') && detail;
      if (documented?.[status] === undefined || !isRefusal) wrong.push(`${name}: ${status} ${text}`);
    }
    expect(wrong).toEqual([]);
  });
});
