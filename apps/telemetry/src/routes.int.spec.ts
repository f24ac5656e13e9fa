import { blankRow } from '@countersign/clickhouse';
import { TOPICS } from '@countersign/events';
import { testEngine } from '@countersign/testing';
import { testService } from './testing/service.js';
import type { TestService } from './testing/service.js';
import { tellStories } from './testing/story.js';

const { log, told } = tellStories(32, 120);
const mine = told.filter(({ tenant }) => tenant === 'acme');

const cursorText = (time: string): string => Buffer.from(JSON.stringify([time, 'act_1'])).toString('base64url');

interface Answer {
  readonly status: number;
  // Documents of many shapes; each test looks at the members that it promises.
  readonly body: Record<string, never> & {
    items: Item[];
    actions: Item[];
    groups: { actions: number }[];
    next_cursor: string | null;
  };
}
type Item = Record<string, never> & {
  action_id: string;
  approval: { status: string; votes: unknown[] };
  labels: { label: string }[];
  decision: { decided_at: string };
};

describe('telemetry over HTTP', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await testService(await testEngine());
    await service.database.load(log.records);
  }, 60_000);
  afterAll(() => service?.close());

  const get = async (path: string, tenant: string | null = 'acme', roles: string[] = []): Promise<Answer> => {
    const headers: Record<string, string> =
      tenant === null ? {} : { authorization: await service.issuer.bearer(tenant, roles) };
    const response = await fetch(service.url + path, { headers });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const runOf = async (actionId: string): Promise<string> => {
    const [row] = await service.database.engine.rows<{ run_id: string }>(
      'SELECT run_id FROM audit WHERE action_id = {id:String}',
      { id: actionId },
    );
    return row?.run_id ?? '';
  };

  it('shows a run with votes and labels, to its tenant only', async () => {
    const story = mine.find(({ votes, action }) => votes.length > 0 && action.label !== null)!;
    const run = await runOf(story.action.action_id);
    const { status, body } = await get(`/v1/audit/runs/${run}`);
    const action = body.actions.find(({ action_id }) => action_id === story.action.action_id);
    expect(status).toBe(200);
    expect(action).toMatchObject({
      run_id: run,
      agent_version: story.scene.facts.agent_version,
      model_id: story.scene.facts.model_id,
      input: expect.any(Object),
      approval: { status: story.action.approval_status },
    });
    expect(action?.approval.votes).toHaveLength(story.votes.length);
    expect(action?.labels.at(-1)?.label).toBe(story.action.label);
    const others = told.filter(({ tenant }) => tenant !== 'acme');
    const [foreign] = await Promise.all(
      others.slice(0, 1).map(({ action: { action_id } }) => get(`/v1/audit/actions?action_id=${action_id}`)),
    );
    expect(foreign?.body.items).toEqual([]);
    const elsewhere = await get(`/v1/audit/runs/${encodeURIComponent('no such run')}`);
    expect(elsewhere).toMatchObject({ status: 404, body: { type: 'urn:countersign:problem:not_found' } });
  });

  it('gives another tenant’s run as unknown', async () => {
    const runs = new Map<string, Set<string>>();
    for (const { tenant, action } of told) {
      const run = await runOf(action.action_id);
      runs.set(run, (runs.get(run) ?? new Set()).add(tenant));
    }
    const foreign = [...runs].find(([, tenants]) => !tenants.has('acme'));
    const run = foreign?.[0] ?? (await runOf(told.find(({ tenant }) => tenant === 'globex')!.action.action_id));
    const answer = await get(`/v1/audit/runs/${run}`);
    if (foreign) expect(answer.status).toBe(404);
    else
      expect(
        answer.body.actions.every(({ action_id }) => mine.some(({ action }) => action.action_id === action_id)),
      ).toBe(true);
  });

  it('shows a run as it was known at a time', async () => {
    const story = mine.find(({ action }) => action.approval_status === 'approved' && action.opened_at !== null)!;
    const run = await runOf(story.action.action_id);
    const statusAt = async (time: Date): Promise<string | undefined> => {
      const { body } = await get(`/v1/audit/runs/${run}?as_of=${time.toISOString()}`);
      return body.actions?.find(({ action_id }) => action_id === story.action.action_id)?.approval.status;
    };
    expect(await statusAt(new Date(story.action.resolved_at! - 1))).toBe('pending');
    expect(await statusAt(new Date('2100-01-01'))).toBe('approved');
    const [now, then] = [await get(`/v1/audit/runs/${run}`), await get(`/v1/audit/runs/${run}?as_of=2100-01-01`)];
    expect(then).toEqual(now);
  });

  it('pages through every action once, newest first', async () => {
    const seen: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Answer = await get(`/v1/audit/actions?limit=17${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.body.items);
      cursor = page.body.next_cursor;
    }
    expect(new Set(seen.map(({ action_id }) => action_id)).size).toBe(mine.length);
    expect(seen).toHaveLength(mine.length);
    const times = seen.map(({ decision }) => decision.decided_at);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('filters actions', async () => {
    const { body } = await get(
      '/v1/audit/actions?limit=500&approval_status=denied&action_type=refund&from=2026-06-18&to=2026-06-19T12:00:00Z',
    );
    const [from, to] = [Date.parse('2026-06-18'), Date.parse('2026-06-19T12:00:00Z')];
    const expected = mine.filter(
      ({ action, decided_at }) =>
        action.approval_status === 'denied' && action.action_type === 'refund' && decided_at >= from && decided_at < to,
    );
    expect(body.items.map(({ action_id }) => action_id).sort()).toEqual(
      expected.map(({ action }) => action.action_id).sort(),
    );
    expect(expected.length).toBeGreaterThan(0);
  });

  it.each([
    ['/v1/metrics', 'day', '2026-02-30'],
    ['/v1/metrics', 'day', '2026-6-1'],
    ['/v1/metrics', 'environment', 'prod'],
    ['/v1/metrics', 'policy_version', 'one'],
    ['/v1/metrics', 'policy_version', '-1'],
    ['/v1/audit/actions', 'environment', 'Production'],
    ['/v1/audit/actions', 'approval_status', 'done'],
  ])('of %s, does not answer %s=%s as if nothing were there', async (path, name, value) => {
    const answer = await get(`${path}?${name}=${value}`);
    expect(answer).toMatchObject({ status: 422, body: { pointer: `/${name}` } });
  });

  it('counts production unless told otherwise', async () => {
    const count = (environment: string): number =>
      mine.filter(({ action }) => action.environment === environment).length;
    expect((await get('/v1/metrics')).body.groups[0]?.actions).toBe(count('production'));
    expect((await get('/v1/metrics?environment=canary')).body.groups[0]?.actions).toBe(count('canary'));
  });

  it.each([
    ['/v1/metrics?group_by=color', '/group_by'],
    ['/v1/metrics?from=yesterday', '/from'],
    ['/v1/metrics?gates=x', '/gates'],
    ['/v1/metrics?from=2026-02-30', '/from'],
    ['/v1/metrics?to=2026-02-29T00:00:00Z', '/to'],
    ['/v1/audit/actions?from=2026-06-31', '/from'],
    ['/v1/audit/actions?to=2026-06-19T24:00:00Z', '/to'],
    ['/v1/audit/runs/x?as_of=2026-13-01', '/as_of'],
    ['/v1/metrics?group_by=day&group_by=gate', '/group_by'],
    ['/v1/audit/actions?limit=501', '/limit'],
    ['/v1/audit/actions?limit=1.5', '/limit'],
    [`/v1/audit/actions?cursor=${cursorText('0001-01-01T00:00:00.000Z')}`, '/cursor'],
    [`/v1/audit/actions?cursor=${cursorText('-000001-01-01T00:00:00.000Z')}`, '/cursor'],
    ['/v1/audit/actions?limit=0', '/limit'],
    ['/v1/audit/actions?cursor=abc', '/cursor'],
    ['/v1/audit/actions?run_id=a&run_id=b', '/run_id'],
  ])('refuses %s', async (path, pointer) => {
    expect(await get(path)).toMatchObject({
      status: 422,
      body: { type: 'urn:countersign:problem:invalid_request', pointer },
    });
  });

  it.each(['1970-01-01T00:00:00%2B01:00', '0001-01-01', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00:01Z'])(
    'takes from=%s for "since ever"',
    async (from) => {
      const path = (extra: string): string => `/v1/metrics?to=9999-12-31T23:59:59Z${extra}`;
      expect((await get(path(`&from=${from}`))).body.groups).toEqual((await get('/v1/metrics')).body.groups);
      const page = await get(`/v1/audit/actions?limit=500&from=${from}&to=2263-01-01`);
      expect(page.body.items).toHaveLength(mine.length);
    },
  );

  it('takes an as_of of any year', async () => {
    const run = await runOf(mine[0]!.action.action_id);
    expect((await get(`/v1/audit/runs/${run}?as_of=9999-12-31`)).body).toEqual(
      (await get(`/v1/audit/runs/${run}`)).body,
    );
    expect((await get(`/v1/audit/runs/${run}?as_of=0001-01-01`)).status).toBe(404);
  });

  const odd = [
    '%00',
    '%09',
    '%0A',
    '%5C',
    '%5CN',
    "'",
    '%22',
    '%7Bx:String%7D',
    '%F0%9F%92%B8',
    '%E2%80%AE',
    'x'.repeat(4_000),
    '%FF',
    '%',
  ];
  const filters = [
    ...['action_type', 'gate', 'policy_version', 'agent_version', 'model_id', 'environment', 'reviewer_id', 'day'].map(
      (name) => `/v1/metrics?${name}=`,
    ),
    ...[
      'action_type',
      'approval_status',
      'reviewer_id',
      'agent_id',
      'run_id',
      'action_id',
      'environment',
      'from',
      'to',
      'limit',
      'cursor',
    ].map((name) => `/v1/audit/actions?${name}=`),
    ...['/v1/metrics?from=', '/v1/metrics?to=', '/v1/metrics?group_by=', '/v1/metrics?', '/v1/audit/runs/'],
    ...['/v1/audit/runs/x?as_of=', '/v1/dead-letters?limit=', '/v1/dead-letters?cursor='],
  ];
  it.each(filters)('answers %s with whatever stands there', async (path) => {
    const answers = await Promise.all(odd.map((text) => get(path + text, 'acme', ['admin'])));
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
  });

  it('lets nobody in without an access token', async () => {
    for (const path of ['/v1/metrics', '/v1/audit/actions', '/v1/audit/runs/x', '/v1/dead-letters'])
      expect((await get(path, null)).status).toBe(401);
  });

  it('says nothing of the votes while a blind review is open, but to admins', async () => {
    const { action_id } = mine.find(
      ({ votes, action }) => votes.length > 0 && action.approval_status === 'approved',
    )!.action;
    const path = `/v1/audit/actions?action_id=${action_id}`;
    const run = `/v1/audit/runs/${await runOf(action_id)}`;
    const seen = async (roles: string[] = []): Promise<Item[]> => {
      const [page, whole] = [await get(path, 'acme', roles), await get(run, 'acme', roles)];
      return [...page.body.items, ...whole.body.actions].filter((item) => item.action_id === action_id);
    };
    const put = (offset: number, type: string, payload: object) =>
      service.database.engine.insert(
        'event_rows',
        [
          {
            ...blankRow({ topic: TOPICS.approvals, partition: 0, offset, timestampMs: Date.UTC(2026, 5, 20) }),
            type,
            tenant: 'acme',
            ...{ action_id, request_id: 'req_blind' },
            payload: JSON.stringify(payload),
          },
        ],
        `blind-${offset}`,
      );
    const before = await seen();
    expect(before).toHaveLength(2);
    await put(9_000_001, 'RequestOpened', { request_kind: 'audit', blind_review: true });
    for (const item of await seen())
      expect(item).toMatchObject({
        blind: true,
        labels: [],
        approval: { status: 'approved', reviewer_id: null, reason: null, votes: [] },
      });
    expect(await seen(['admin'])).toEqual(before);
    await service.database.load([]);
    const [row] = await service.database.engine.rows<{ reviewer_id: string }>(
      'SELECT reviewer_id FROM audit WHERE action_id = {action_id:String}',
      { action_id },
    );
    const by = `${path}&reviewer_id=${row?.reviewer_id ?? ''}`;
    expect((await get(by, 'acme', ['finance'])).body.items).toEqual([]);
    expect((await get(by, 'acme', ['admin'])).body.items).toHaveLength(1);
    await put(9_000_002, 'RequestResolved', { request_kind: 'audit', status: 'answered' });
    expect(await seen()).toEqual(before);
  });
});
