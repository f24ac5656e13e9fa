import { request as httpRequest } from 'node:http';
import { bearerFor, operationsOf } from './support/operations.js';
import type { Documented } from './support/operations.js';
import { refund } from './support/proposals.js';
import { SERVICES } from './support/knock.js';
import { world } from './support/system.js';

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}
/** Names and values by turns, as they go over the wire. */
type Headers = readonly string[];
interface Fault {
  readonly path?: (path: string) => string;
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Headers;
  readonly body?: string;
  readonly bearer?: string | null;
}
interface Wanted {
  readonly status: number;
  readonly code: string | RegExp;
  readonly pointer?: string | RegExp;
  readonly limit?: number;
}

const JSON_BODY: Headers = ['content-type', 'application/json'];
const KEY = 'idempotency-key';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

describe('the same fault at every operation of every service', () => {
  let all: Documented[] = [];
  let ids: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    all = (await Promise.all(SERVICES.map(operationsOf))).flat().filter((one) => !one.access.includes('service'));
    const { action_id, run_id, request } = await world().decided(refund('6000.00'));
    ids = { action_id, run_id, request_id: request?.request_id ?? '' };
  });

  const ask = async (operation: Documented, fault: Fault): Promise<Told> => {
    const { method = operation.method, path = (text: string) => text, query = '', headers = [], body } = fault;
    const bearer = fault.bearer === undefined ? await bearerFor(operation.access) : fault.bearer;
    const filled = operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? 'none');
    const url = new URL(operation.url);
    const length = ['content-length', String(Buffer.byteLength(body ?? ''))];
    const sent = ['host', url.host, 'connection', 'close', ...(bearer === null ? [] : ['authorization', bearer])];
    const where = { hostname: url.hostname, port: url.port, method, path: `${path(filled)}${query}` };
    return new Promise((resolve, reject) => {
      const call = httpRequest({ ...where, headers: [...sent, ...headers, ...length] }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
        // Of a stream that does not end its head is enough.
        if (String(answer.headers['content-type']).startsWith('text/event-stream')) answer.destroy();
        answer.on('close', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      });
      call.on('error', reject).end(body);
    });
  };

  const matches = (wanted: string | RegExp | undefined, given: unknown): boolean =>
    wanted === undefined || (typeof wanted === 'string' ? wanted === given : wanted.test(String(given)));

  /** What is wrong with an answer, or ''. */
  const against = ({ status, headers, text }: Told, wanted: Wanted): string => {
    const type = String(headers['content-type']);
    const problem = JSON.parse(text) as Record<string, unknown>;
    const code = String(problem['type']).replace('urn:countersign:problem:', '');
    const isProblem = type === 'application/problem+json' && problem['status'] === status;
    const isWhole = [problem['title'], problem['detail']].every((one) => typeof one === 'string' && one !== '');
    const isSaid = matches(wanted.code, code) && matches(wanted.pointer, problem['pointer']);
    const isLimit = wanted.limit === undefined || problem['limit'] === wanted.limit;
    return status === wanted.status && isProblem && isWhole && isSaid && isLimit ? '' : `${status} ${type} ${text}`;
  };

  const wrongAt = async (
    which: (operation: Documented) => boolean,
    fault: (operation: Documented) => Fault,
    wanted: Wanted,
  ): Promise<string[]> => {
    const wrong: string[] = [];
    const asked = all.filter(which);
    for (const operation of asked) {
      const said = against(await ask(operation, fault(operation)), wanted);
      if (said !== '') wrong.push(`${operation.name}: ${said.slice(0, 300)}`);
    }
    expect(asked.length).toBeGreaterThan(0);
    return wrong;
  };

  const isOpen = ({ access }: Documented): boolean => access.includes('anybody');
  const isClosed = (operation: Documented): boolean => !isOpen(operation);
  const changes = ({ method }: Documented): boolean => method !== 'GET';
  const isRaw = ({ path }: Documented): boolean => path.endsWith('/attachments');
  /** Operations of the schema registry answer as Confluent's does; its own specs hold them. */
  const isRegistry = ({ path }: Documented): boolean =>
    /^\/(schemas|subjects|config|mode|contexts|compatibility)\b/.test(path);
  const takesJson = (operation: Documented): boolean =>
    changes(operation) && !isRaw(operation) && !isRegistry(operation) && operation.body !== undefined;
  const keyed = (): Headers => [...JSON_BODY, KEY, crypto.randomUUID()];

  it.each<[string, Headers]>([
    ['no credential', []],
    ['a body that is none', JSON_BODY],
    ['a key that is none', [...JSON_BODY, KEY, '"']],
    ['two keys', [...JSON_BODY, KEY, 'a', KEY, 'b']],
  ])('nobody is 401 before anything else is looked at: %s', async (_what, headers) => {
    const fault = (operation: Documented): Fault => ({
      ...{ bearer: null, query: '?nonsense=1&nonsense=2' },
      ...(changes(operation) ? { headers, body: '{"a":' } : {}),
    });
    await expect(wrongAt(isClosed, fault, { status: 401, code: 'unauthenticated' })).resolves.toEqual([]);
  });

  it('the wrong kind of caller is 403 before the rest is looked at, where the service knows that kind', async () => {
    const knowsKeys = ({ name }: Documented): boolean => /^(intake|approval) /.test(name);
    const [agent, executor] = [await bearerFor(['agent']), await bearerFor(['executor'])];
    const [person, admin] = [await bearerFor(['nobody']), await bearerFor(['role admin'])];
    const refused = { status: 403, code: 'forbidden' };
    const by = (bearer: string | null) => (): Fault => ({ bearer, headers: [...JSON_BODY, KEY, '"'], body: '{"a":' });
    const without = (kind: string) => (operation: Documented) =>
      isClosed(operation) && knowsKeys(operation) && !operation.access.includes(kind);
    await expect(wrongAt(without('agent'), by(agent), refused)).resolves.toEqual([]);
    await expect(wrongAt(without('executor'), by(executor), refused)).resolves.toEqual([]);
    const forKeys = ({ access }: Documented): boolean => access.every((one) => ['agent', 'executor'].includes(one));
    await expect(wrongAt(forKeys, by(admin), refused)).resolves.toEqual([]);
    const forRoles = ({ access }: Documented): boolean => access.every((one) => one.startsWith('role '));
    await expect(wrongAt(forRoles, by(person), refused)).resolves.toEqual([]);
  });

  it('another method is 405 and says which there are, to anybody', async () => {
    const wrong: string[] = [];
    for (const operation of all.filter((one) => !isRegistry(one))) {
      const here = all.filter(({ url, path }) => url === operation.url && alike(path, operation.path));
      const taken = new Set(here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])));
      for (const method of METHODS.filter((one) => !taken.has(one))) {
        const { status, headers } = await ask(operation, { method, bearer: null });
        if (status !== 405 || headers['allow'] !== [...taken].sort().join(', '))
          wrong.push(`${method} ${operation.name}: ${status} ${String(headers['allow'])}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  /** Whether the address of one is an address of the other, as `/v1/policies/check` is one of `/v1/policies/{name}`. */
  const alike = (pattern: string, path: string): boolean => {
    const parts = path.replace(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? 'none').split('/');
    const wanted = pattern.split('/');
    return parts.length === wanted.length && wanted.every((part, at) => part.startsWith('{') || part === parts[at]);
  };

  it.each([
    ['longer', (path: string) => `${path}/no/such/thing`],
    ['elsewhere', (path: string) => `/v0${path}`],
  ])('an address that there is not is 404, whoever asks: %s', async (_what, path) => {
    const unknown = { status: 404, code: 'not_found' };
    await expect(
      wrongAt(
        () => true,
        () => ({ path, bearer: null }),
        unknown,
      ),
    ).resolves.toEqual([]);
    const body = { headers: [...JSON_BODY, KEY, '"'], body: '{"a":' };
    await expect(wrongAt(changes, () => ({ path, ...body }), unknown)).resolves.toEqual([]);
  });

  it('HEAD is answered as GET is, without a body', async () => {
    const wrong: string[] = [];
    for (const operation of all.filter(({ method }) => method === 'GET')) {
      const [head, get] = [await ask(operation, { method: 'HEAD' }), await ask(operation, {})];
      if (head.status !== get.status || head.text !== '') wrong.push(`${operation.name}: ${head.status} ${get.status}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each<[string, Headers, string, Wanted]>([
    ['half of JSON', JSON_BODY, '{"a":', { status: 400, code: 'malformed' }],
    ['a member twice', JSON_BODY, '{"a":1,"a":2}', { status: 400, code: 'malformed', pointer: '/a' }],
    ['a number that is none', JSON_BODY, '{"a":1e999}', { status: 400, code: 'malformed', pointer: '/a' }],
    ['a prototype', JSON_BODY, '{"__proto__":{}}', { status: 400, code: 'malformed', pointer: '/__proto__' }],
    ['half of a character', JSON_BODY, '{"a":"\\ud800"}', { status: 400, code: 'malformed', pointer: '/a' }],
    ['40 levels', JSON_BODY, `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, { status: 422, code: 'too_deep' }],
    ['300 kB', JSON_BODY, `{"a":"${'x'.repeat(300_000)}"}`, { status: 413, code: 'too_large', limit: 262_144 }],
    ['no type', [], '{}', { status: 415, code: 'unsupported_media_type' }],
    ['text', ['content-type', 'text/plain'], '{}', { status: 415, code: 'unsupported_media_type' }],
    [
      'latin-1',
      ['content-type', 'application/json; charset=latin1'],
      '{}',
      { status: 415, code: 'unsupported_media_type' },
    ],
    [
      'a form',
      ['content-type', 'multipart/form-data; boundary=x'],
      '{}',
      { status: 415, code: 'unsupported_media_type' },
    ],
  ])('a body that cannot be read: %s', async (_what, headers, body, wanted) => {
    const fault = (): Fault => ({ headers: [...headers, KEY, crypto.randomUUID()], body });
    await expect(wrongAt((one) => changes(one) && !isRaw(one), fault, wanted)).resolves.toEqual([]);
  });

  const invalid = { status: 422, code: /^invalid_(action|request)$/ };

  it.each<[string, string]>([
    ['text', '"x"'],
    ['a number', '7'],
  ])('a body of another type is 422 with a pointer to the whole: %s', async (_what, body) => {
    await expect(wrongAt(takesJson, () => ({ headers: keyed(), body }), { ...invalid, pointer: '' })).resolves.toEqual(
      [],
    );
  });

  it('a body that is missing is 400 where one is needed', async () => {
    const needed = (one: Documented): boolean => takesJson(one) && (one.body?.required ?? []).length > 0;
    const missing = { status: 400, code: 'malformed' };
    await expect(wrongAt(needed, () => ({ headers: [KEY, crypto.randomUUID()] }), missing)).resolves.toEqual([]);
  });

  it('a member of another type is 422 and is pointed at, and so is one that nobody reads', async () => {
    const wrong: string[] = [];
    for (const operation of all.filter(takesJson)) {
      const { properties = {}, required = [] } = operation.body ?? {};
      const names = required.length > 0 ? [required[0] as string] : Object.keys(properties).slice(0, 1);
      const cases = names.map((name) => [{ [name]: [{ a: [1] }] }, new RegExp(`^/${name}(/|$)`)] as const);
      const unknown = required.length > 0 || names.length === 0 ? [] : [[{ nonsense: 1 }, /^\/nonsense$/] as const];
      for (const [body, pointer] of [...cases, ...unknown]) {
        const said = against(await ask(operation, { headers: keyed(), body: JSON.stringify(body) }), {
          ...invalid,
          pointer,
        });
        if (said !== '') wrong.push(`${operation.name} ${JSON.stringify(body)}: ${said.slice(0, 300)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each<[string, Headers]>([
    ['empty', [KEY, '']],
    ['sent twice', [KEY, 'a', 'Idempotency-Key', 'a']],
    ['with a space', [KEY, 'a b']],
    ['a lone quotation mark', [KEY, '"']],
    ['an inner quotation mark', [KEY, 'a"b']],
    ['too long', [KEY, 'x'.repeat(256)]],
  ])('an idempotency key that is none is 400, also where none is needed: %s', async (_what, headers) => {
    const malformed = { status: 400, code: 'malformed', pointer: `/headers/${KEY}` };
    const fault = (): Fault => ({ headers: [...JSON_BODY, ...headers], body: '{"a":' });
    await expect(wrongAt(changes, fault, malformed)).resolves.toEqual([]);
  });

  const pages = [
    '/v1/actions',
    '/v1/requests',
    '/v1/notifications/deliveries',
    '/v1/audit/actions',
    '/v1/dead-letters',
  ];
  const isPage = ({ method, path }: Documented): boolean => method === 'GET' && pages.includes(path);

  it.each<[string, string]>([
    ['?nonsense=1', '/nonsense'],
    ['?limit=1&limit=1', '/limit'],
  ])('a parameter that nobody reads, or that is given twice, is 422: %s', async (query, pointer) => {
    const others = ['/v1/actions/{action_id}', '/v1/reviewers/{subject}', '/v1/metrics'];
    const takes = (one: Documented): boolean => isPage(one) || (one.method === 'GET' && others.includes(one.path));
    expect(all.filter(takes).length).toBeGreaterThan(6);
    const wanted = { status: 422, code: 'invalid_request', pointer };
    await expect(wrongAt(takes, () => ({ query }), wanted)).resolves.toEqual([]);
  });

  it('a parameter changes nothing where none is taken', async () => {
    const [freezes] = all.filter(({ method, path }) => method === 'GET' && path === '/v1/freezes');
    if (freezes === undefined) throw new Error('there is no list of freezes');
    const { status } = await ask(freezes, { query: '?utm_source=mail&limit=1&limit=1' });
    expect(status).toBe(200);
  });

  it.each(['limit=0', 'limit=-1', 'limit=x', 'limit=1.5', 'limit=100000', 'cursor=x', 'cursor=W10'])(
    'a page that there cannot be is 422: %s',
    async (query) => {
      const name = `/${query.split('=')[0] ?? ''}`;
      const wanted = { status: 422, code: 'invalid_request', pointer: name };
      await expect(wrongAt(isPage, () => ({ query: `?${query}` }), wanted)).resolves.toEqual([]);
    },
  );

  it.each(['none', 'act_', '%00', '..%2f..%2fmetrics', 'x'.repeat(3_000), '%F0%9F%98%80', '%20', "'%20OR%201=1--"])(
    'an id that is none is 404: %s',
    async (id) => {
      const reads = ({ method, path }: Documented): boolean => method === 'GET' && path.includes('{');
      const lists = ({ path }: Documented): boolean => path.endsWith('/reports') || path.endsWith('/diff');
      const which = (one: Documented): boolean => reads(one) && !isRegistry(one) && !lists(one);
      const wrong = await withIds(id, () => wrongAt(which, () => ({}), { status: 404, code: 'not_found' }));
      expect(wrong).toEqual([]);
    },
  );
  const withIds = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const usual = ids;
    ids = new Proxy({}, { get: () => id });
    return work().finally(() => (ids = usual));
  };
});
