import { attach, readAction } from '@countersign/sdk';
import type { ActionDocument } from '@countersign/sdk';
import { readRequest } from '../../apps/cli/src/shared/vote.js';
import { DOORS, HIDDEN_DOORS } from './support/doors.js';
import type { Callers, Door } from './support/doors.js';
import { knock, operationOf, SERVICES, urlOf } from './support/knock.js';
import type { Answer, Ids, Operation } from './support/knock.js';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';

/** Stands in everything of tenant acme that is made here; nobody else may ever read it. */
const MARK = 'acme-only-4f1d';
const POLICY = `name: ${MARK}
tenant: acme
action_types: { ${MARK}: {} }
rules: [{ name: only, then: allow }]
gates: { look: { quorum: 1, roles: [finance] } }
fallback: look
`;

/** The first version needs them. */
const CASES = `policy: ${MARK}
tenant: acme
base: { action_type: ${MARK}, environment: production, parameters: {} }
cases:
  - { name: goes, want: { decision: allow } }
`;

/** A policy whose requests are decided in batches; the system is started with it. */
export const CHORES = `name: chores
action_types: { chore: {} }
rules: [{ name: all, then: require_approval, gate: together }]
gates: { together: { quorum: 1, roles: [finance], batch: { fields: [/parameters/kind] } } }
fallback: together
`;

interface Document {
  readonly paths: Record<string, Record<string, unknown>>;
}

describe('every door', () => {
  let operations: Operation[] = [];
  let documented: string[] = [];
  let ids: Ids = {};
  let pending: ActionDocument;
  let granted: ActionDocument;
  const unknown = new Set<string>();
  const bearers: Record<string, string> = {};

  beforeAll(async () => {
    documented = (await Promise.all(SERVICES.map(namesOf))).flat();
    operations = Object.entries({ ...DOORS, ...HIDDEN_DOORS }).map(([name, door]) => operationOf(name, door));
    await collectCredentials();
    await fillAcme();
  });

  const namesOf = async (service: (typeof SERVICES)[number]): Promise<string[]> => {
    const { paths } = (await (await fetch(`${urlOf(service)}/openapi.json`)).json()) as Document;
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${service} ${method.toUpperCase()} ${path}`),
    );
  };

  const collectCredentials = async (): Promise<void> => {
    const { agents, executors, reviewers } = world().local;
    for (const { tenant, agent_id, api_key } of agents) bearers[`${tenant}/${agent_id}`] = `Bearer ${api_key}`;
    for (const { tenant, executor_id, api_key } of executors) bearers[`${tenant}/${executor_id}`] = `Bearer ${api_key}`;
    const needed = reviewers.filter(({ subject }) =>
      ['ann', 'max', 'nob', 'una', 'gus', 'ivo', 'jan'].includes(subject),
    );
    for (const { subject, tenant } of needed) bearers[subject] = await tokenOf(subject, tenant);
  };

  const tokenOf = async (subject: string, tenant: string, order: object = {}): Promise<string> => {
    const body = JSON.stringify({ subject, tenant, ...order });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${world().local.issuer_url}/dev/token`, { method: 'POST', headers, body });
    return `Bearer ${((await answer.json()) as { access_token: string }).access_token}`;
  };

  /** One of everything that has an id. */
  const fillAcme = async (): Promise<void> => {
    const marked = { target: MARK, rationale: MARK, run_id: MARK };
    pending = await world().decided(refund('6000.00', marked));
    const { attachment } = await attach(world().agent(), pending.action_id, {
      ...{ kind: 'invoice', name: `${MARK}.txt`, mediaType: 'text/plain', bytes: Buffer.from(MARK) },
    });
    granted = await world().decided(refund('6000.00', { ...marked, environment: 'staging' }));
    const chore = { ...marked, action_type: 'chore', parameters: { kind: MARK } };
    await Promise.all(['0', '1', '2'].map((dollars) => world().decided(refund(dollars, chore))));
    const alike = await (await world().person('ann')).approval.send({ method: 'GET', path: '/v1/requests/batches' });
    const [batch] = (alike.body as unknown as { items: { batch: string }[] }).items;
    const [max, una] = [await world().person('max'), await world().person('una')];
    const freeze = { agent_id: `${MARK}-agent`, reason: MARK };
    const frozen = await max.approval.send({ method: 'POST', path: '/v1/freezes', body: freeze });
    await una.policy.send({
      ...{ method: 'POST', path: `/v1/policies/${MARK}/versions`, body: { content: POLICY, cases: CASES, note: MARK } },
    });
    ids = {
      ...{ attachment_id: attachment.attachment_id, batch: batch?.batch ?? '' },
      ...{ action_id: pending.action_id, run_id: pending.run_id, request_id: pending.request?.request_id ?? '' },
      ...{ grant_id: granted.grant?.grant_id ?? '', token: granted.grant?.token ?? '', name: MARK, version: '1' },
      freeze_id: (frozen.body as { freeze_id: string }).freeze_id,
      ...{ policy: POLICY.replaceAll('\n', '\\n'), id: '1', subject: 'countersign.actions.v1-ActionProposed' },
    };
  };

  const everywhere = async (
    which: (operation: Operation) => boolean,
    authorization: string | null,
    isFine: (answer: Answer, operation: Operation) => boolean,
    more?: Record<string, string>,
  ): Promise<string[]> => {
    const wrong: string[] = [];
    for (const operation of operations.filter(which)) {
      const answer = await knock(operation, ids, authorization, more);
      if (!isFine(answer, operation)) wrong.push(`${operation.name}: ${answer.status} ${answer.text.slice(0, 300)}`);
    }
    return wrong;
  };
  const callersOf = ({ door }: Operation): Callers => door.callers;
  const closed = (operation: Operation): boolean => callersOf(operation) !== 'anyone';

  it('is in the table, and the table names no other', () => {
    expect(documented.filter((name) => !(name in DOORS))).toEqual([]);
    expect(Object.keys(DOORS).filter((name) => !documented.includes(name))).toEqual([]);
  });

  it.each([
    ['nothing', null],
    ['an unknown key', 'Bearer csk_0000000000000000000000000000000000000000000'],
    ['garbage in the form of a token', 'Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.'],
    ['an empty bearer', 'Bearer '],
    ['a password', 'Basic YWRtaW46YWRtaW4='],
  ])('stays shut for %s', async (_what, authorization) => {
    const isRefused = ({ status }: Answer, operation: Operation): boolean =>
      status === (callersOf(operation) === 'service' ? 404 : 401);
    await expect(everywhere(closed, authorization, isRefused)).resolves.toEqual([]);
  });

  it.each([
    ['an id token', { kind: 'id_token' }],
    ['an access token that has expired', { ttl_s: -60 }],
  ])('stays shut for %s', async (_what, order) => {
    const isRefused = ({ status }: Answer): boolean => status === 401;
    const which = (operation: Operation): boolean => closed(operation) && callersOf(operation) !== 'service';
    await expect(everywhere(which, await tokenOf('max', 'acme', order), isRefused)).resolves.toEqual([]);
  });

  it('stays shut for an approval token, which is for effects and no credential', async () => {
    const isRefused = ({ status }: Answer): boolean => status === 401;
    const which = (operation: Operation): boolean => closed(operation) && callersOf(operation) !== 'service';
    await expect(everywhere(which, `Bearer ${ids['token']}`, isRefused)).resolves.toEqual([]);
  });

  it.each(['id_token', 'access_token'])('takes no %s of a person in the place of an approval token', async (kind) => {
    const token = (await tokenOf('max', 'acme', { kind })).replace('Bearer ', '');
    const name = 'approval POST /v1/grants/redeem';
    const redeem = operationOf(name, DOORS[name] as Door);
    const answer = await knock(redeem, { ...ids, token }, bearers['acme/payments-executor'] ?? '');
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      403,
      { type: 'urn:countersign:problem:invalid_token' },
    ]);
  });

  const WRONG_KINDS: readonly (readonly [string, readonly Callers[]])[] = [
    ['acme/refund-agent', ['reviewer', 'service']],
    ['acme/payments-executor', ['reviewer', 'agent', 'agent_or_reviewer', 'service']],
    ['ann', ['agent', 'agent_or_executor', 'service']],
    ['max', ['agent', 'agent_or_executor', 'service']],
  ];

  it.each(WRONG_KINDS)('stays shut for the wrong kind of credential: %s', async (who, kinds) => {
    const isRefused = ({ status }: Answer, operation: Operation): boolean =>
      callersOf(operation) === 'service' ? status === 404 : status === 401 || status === 403;
    const which = (operation: Operation): boolean => kinds.includes(callersOf(operation));
    await expect(everywhere(which, bearers[who] ?? '', isRefused)).resolves.toEqual([]);
  });

  it('stays shut for a person of the tenant without any role, where a role is needed', async () => {
    const isRefused = ({ status }: Answer): boolean => status === 403;
    const which = ({ door }: Operation): boolean => door.role === true;
    await expect(everywhere(which, bearers['nob'] ?? '', isRefused)).resolves.toEqual([]);
  });

  const opens = (who: string, { callers }: Door): boolean =>
    who.includes('-agent')
      ? callers.includes('agent')
      : who.includes('/')
        ? callers.includes('executor')
        : callers.includes('reviewer');
  const hidesIds = ({ path, door }: Operation): boolean =>
    (door.stranger ?? (path.includes('{') ? 'not_found' : 'theirs')) === 'not_found';

  it.each(['globex/refund-agent', 'globex/payments-executor', 'gus', 'ivo', 'jan'])(
    'shows nothing of acme to %s of another tenant',
    async (who) => {
      const isFine = ({ status, text }: Answer, operation: Operation): boolean => {
        if (text.includes(MARK) && !operation.path.includes('{')) return false;
        if (!opens(who, operation.door)) return [401, 403, 404].includes(status);
        if (!hidesIds(operation)) return status < 500;
        if (status === 404) unknown.add(operation.name);
        return status === 404 || (status === 403 && operation.door.role === true);
      };
      await expect(everywhere(closed, bearers[who] ?? '', isFine)).resolves.toEqual([]);
    },
  );

  it('says not found of every id of acme to somebody who has the right kind of credential and role', () => {
    const names = operations.filter(
      (operation) => closed(operation) && hidesIds(operation) && operation.path.includes('{'),
    );
    expect(names.filter(({ name, door }) => door.callers !== 'service' && !unknown.has(name))).toEqual([]);
  });

  it('lets each kind of credential of the tenant in, so that the refusals above are about the caller', async () => {
    const allowed = async (who: string, kinds: readonly Callers[]): Promise<void> => {
      const which = ({ door, method }: Operation): boolean =>
        kinds.includes(door.callers) && method === 'GET' && door.role !== true;
      const isFine = ({ status }: Answer): boolean => status === 200;
      await expect(everywhere(which, bearers[who] ?? '', isFine)).resolves.toEqual([]);
    };
    await allowed('ann', ['reviewer', 'agent_or_reviewer', 'anyone']);
    await allowed('acme/refund-agent', ['agent_or_reviewer']);
  });

  it('has changed nothing of acme by all that', async () => {
    const { action_id } = pending;
    await expect(readAction(world().agent(), action_id)).resolves.toMatchObject({ status: 'pending', outcome: null });
    const again = await readAction(world().agent(), granted.action_id);
    expect(again.grant).toMatchObject({ status: 'issued' });
    const request = await readRequest(await world().person('ann'), ids['request_id'] ?? '');
    expect(request).toMatchObject({ status: 'pending', approvals: { given: 0 } });
    const max = await world().person('max');
    const { body } = await max.approval.send({ method: 'GET', path: '/v1/freezes' });
    expect(JSON.stringify(body)).toContain(ids['freeze_id']);
  });
});
