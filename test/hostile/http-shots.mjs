import { randomUUID } from 'node:crypto';
import { grown, jsonOf, RawJson, VALUES } from './extremes.mjs';

/** One request: `{ kind, url, method, path, headers, body, mayWait }`; `body` is text or null. */

const agentMembers = [
  ...['run_id', 'agent', 'model', 'action_type', 'environment', 'on_behalf_of', 'target', 'parameters', 'before'],
  ...['after', 'rationale', 'confidence', 'signals', 'context', 'preconditions', 'supersedes', 'reverses'],
  ...['respond_within_s', 'attestations', 'unheard_of'],
];

export const proposal = () => ({
  run_id: `hostile-${randomUUID().slice(0, 4)}`,
  agent: { id: 'refund-agent', version: 'v1' },
  model: { id: 'm' },
  action_type: 'refund',
  environment: 'production',
  parameters: { order_id: '1', method: 'card', amount: { value: '5.00', currency: 'USD' } },
  confidence: 0.97,
  signals: { fraud_score: 0.05 },
});

/** Proposals with one or two extreme members, and the shapes that once cost seconds. */
export function proposalShots(random) {
  const multiplied = [
    { context: { inputs: new Array(8_000).fill(0) }, preconditions: { order_etag: 'x'.repeat(200_000) } },
    { preconditions: { a: grown(36_000) } },
    { preconditions: { a: grown(50_000) } },
    { context: { inputs: new Array(120_000).fill(1) } },
    { parameters: { ...proposal().parameters, iban: new Array(15_000).fill(1) } },
    {
      before: { ['K'.repeat(60_000)]: new Array(30_000).fill(0) },
      after: { ['K'.repeat(60_000)]: new Array(30_000).fill(1) },
    },
    { before: new Array(30_000).fill(0), after: new Array(30_000).fill(1).map((_, i) => i % 7) },
    { before: Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`k${i}`, i])), after: {} },
    { parameters: { amount: { value: '450.00', currency: 'USD' }, items: Array.from({ length: 1_000 }, (_, i) => i) } },
  ].map((more) => ({ kind: 'multiplies', body: { ...proposal(), ...more } }));
  const extreme = Object.entries(VALUES).flatMap(([kind, makers]) =>
    makers.map((make) => ({ kind, body: { ...proposal(), [random.pick(agentMembers)]: make() } })),
  );
  return [...multiplied, ...extreme];
}

/** What refunds hide, in a hundred thousand parts: it may cost one hash, and not one for each. */
export const hiddenShot = () => ({
  kind: 'bursts',
  body: { ...proposal(), parameters: { ...proposal().parameters, iban: new Array(120_000).fill(1) } },
});

const propertiesOf = (schema = {}) => Object.keys(schema.properties ?? {});
const bodySchema = (operation) => operation.requestBody?.content?.['application/json']?.schema;

/** A path with its ids filled in: by ours, or by an extreme. */
function pathOf(path, ids, random, isExtreme) {
  return path.replace(/\{(\w+)\}/g, (_whole, name) => {
    const value = isExtreme ? random.pick(VALUES.ids)() : (ids[name] ?? 'none');
    return encodeURIComponent(String(value)).slice(0, 6_000);
  });
}

const QUERY = ['from', 'to', 'limit', 'cursor', 'group_by', 'as_of', 'wait', 'status', 'run_id', 'for', 'q', 'kind'];
const queryKinds = ['time', 'ids', 'text', 'type'];

function queryOf(operation, random) {
  const named = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
  const name = random.pick(named.length > 0 ? named : QUERY);
  const kind = random.pick(queryKinds);
  const value = random.pick(VALUES[kind])();
  const text = value instanceof RawJson ? value.text : typeof value === 'string' ? value : JSON.stringify(value);
  return { kind, query: `?${name}=${encodeURIComponent(text.slice(0, 3_000).toWellFormed())}` };
}

const HEADERS = [
  { 'idempotency-key': 'naïve-kéy' },
  { 'idempotency-key': '' },
  { 'idempotency-key': ['a', 'b'] },
  { 'idempotency-key': '"unclosed' },
  { 'idempotency-key': 'k'.repeat(9_000) },
  { traceparent: `00-${'a'.repeat(9_000)}` },
  Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`x-h${i}`, 'v'])),
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-encoding': 'gzip' },
  { authorization: 'Bearer ' },
  { authorization: `Bearer ${'a.'.repeat(3_000)}` },
  { 'x-forwarded-for': '127.0.0.1', host: 'evil.example' },
  { expect: '100-continue' },
  { purpose: 'prefetch' },
];
const METHODS = ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'POST', 'GET'];

/** One shot at an operation, of a kind drawn at random. */
export function shotAt(door, { ids, random, credential }) {
  const { url, method, path, operation } = door;
  const base = { url, method, headers: headersOf(credential), body: null, path: pathOf(path, ids, random, false) };
  const kinds = ['ids', 'query', 'headers', 'method', ...(method === 'GET' ? [] : ['body', 'body', 'body'])];
  const kind = random.pick(kinds);
  if (kind === 'ids') return { ...base, kind, path: pathOf(path, ids, random, true), body: bodyOf(operation, method) };
  if (kind === 'query') {
    const { kind: of, query } = queryOf(operation, random);
    return { ...base, kind: `query ${of}`, path: base.path + query, body: bodyOf(operation, method) };
  }
  if (kind === 'headers')
    return { ...base, kind, headers: { ...base.headers, ...random.pick(HEADERS) }, body: bodyOf(operation, method) };
  if (kind === 'method') return { ...base, kind, method: random.pick(METHODS) };
  return { ...base, ...extremeBody(operation, random) };
}

const headersOf = (credential) => ({
  authorization: `Bearer ${credential}`,
  'content-type': 'application/json',
  'idempotency-key': randomUUID(),
});

const bodyOf = (operation, method) => (method === 'GET' || method === 'HEAD' ? null : jsonOf(plainBody(operation)));
const plainBody = (operation) =>
  Object.fromEntries(propertiesOf(bodySchema(operation)).map((name) => [name, 'x'])) ?? {};

function extremeBody(operation, random) {
  const kind = random.pick(Object.keys(VALUES));
  const names = propertiesOf(bodySchema(operation));
  const value = random.pick(VALUES[kind])();
  const body =
    names.length === 0 || random.below(4) === 0 ? value : { ...plainBody(operation), [random.pick(names)]: value };
  return { kind, body: jsonOf(body) };
}

/** A shot at the door of proposals. */
export const proposalShot = ({ kind, body }, intakeUrl, key) => ({
  ...{ kind, url: intakeUrl, method: 'POST', path: '/v1/actions', body: jsonOf(body) },
  headers: headersOf(key),
});
