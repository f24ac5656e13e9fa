import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode, TOPICS } from '@countersign/events';
import type { ActionProposed, CustodyChanged } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { codeOf, count, fresh } from './common.js';
import { requestId } from './instances.js';
import type { Instances } from './instances.js';

const PEOPLE = ['ann', 'bob', 'cat', 'dan', 'eva'];
const ROTATE = gate({ quorum: 1, assign: 'rotate' });

/** Rotation over several instances. Each test has a tenant of its own, so that loads are its own too. */
export function assignSuite(system: () => Instances): void {
  const start = async (limit: number, people = PEOPLE) => {
    const tenant = `rota-${randomUUID()}`;
    const admin = { authorization: await system().people.bearer('max', ['admin'], tenant) };
    const at = (path: string, index = 0) => `${system().url(index)}/v1/${path}`;
    const put = (subject: string, body: object) =>
      system().call('PUT', at(`reviewers/${subject}`), admin, { roles: ['finance'], wip_limit: limit, ...body });
    await Promise.all(people.map((subject) => put(subject, {})));
    const open = async (many: number): Promise<ActionProposed[]> => {
      const actions = Array.from({ length: many }, () => fresh({ tenant }));
      await Promise.all(actions.map((action) => system().decide(decided(action, { gate: ROTATE }))));
      return actions;
    };
    const holders = async (index = 1): Promise<Map<string, string | null>> => {
      const found: { request_id: string; assignee: string | null }[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = `status=pending&limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
        const { body } = await system().call('GET', at(`requests?${query}`, index), admin);
        found.push(...(body['items'] as unknown as typeof found));
        cursor = body['next_cursor'] as unknown as string | null;
      }
      return new Map(found.map(({ request_id, assignee }) => [request_id, assignee]));
    };
    const loads = async (): Promise<Record<string, number>> =>
      count([...(await holders()).values()].map((one) => one ?? 'nobody'));
    const get = (path: string) => system().call('GET', at(path, 2), admin);
    const changes = async (): Promise<CustodyChanged[]> => {
      const records = await system().published(
        TOPICS.approvals,
        ({ key }) => key?.toString().startsWith(tenant) === true,
      );
      const events = records.map(({ value }) => decode(value));
      return events.flatMap(({ name, event }) => (name === 'CustodyChanged' ? [event as CustodyChanged] : []));
    };
    return { tenant, put, open, holders, loads, get, changes };
  };

  describe('rotation over several instances', () => {
    it('assigns each request once and evenly, says why, and hands on to the alternate of who goes away', async () => {
      const { put, open, holders, loads, get, changes } = await start(200);
      const first = await open(100);
      await sleep(300);
      const all = [...first, ...(await open(100))];
      await eventually(async () => expect(await loads()).toEqual({ ann: 40, bob: 40, cat: 40, dan: 40, eva: 40 }), {
        withinMs: 30_000,
      });
      const before = await holders();
      const absences = [{ from: '2026-01-01T00:00:00Z', until: '2099-01-01T00:00:00Z' }];
      expect(codeOf(await put('ann', { alternates: ['nob', 'dan'], absences }))).toBe('ok');
      await eventually(async () => expect(await loads()).toEqual({ bob: 40, cat: 40, dan: 80, eva: 40 }), {
        withinMs: 30_000,
      });
      const after = await holders();
      const moved = [...before].filter(([id, subject]) => after.get(id) !== subject);
      expect(moved.every(([id, subject]) => subject === 'ann' && after.get(id) === 'dan')).toBe(true);
      const events = await eventually(
        async () => {
          const seen = await changes();
          expect(seen).toHaveLength(all.length + 40);
          return seen;
        },
        { withinMs: 30_000 },
      );
      expect(count(events.map(({ verb, issuer, subject }) => `${verb} ${issuer} ${subject}`))).toEqual({
        'assign countersign assignment': 200,
        'reassign countersign assignment': 40,
      });
      const { body } = await get(`requests/${moved[0]?.[0]}/custody`);
      expect(body['facts']).toMatchObject([
        { what: 'opened' },
        {
          what: 'assigned',
          to_subject: 'ann',
          reason: expect.stringMatching(/^next in rotation \(\d+ open of 200\b/) as string,
        },
        {
          ...{ what: 'reassigned', to_subject: 'dan' },
          reason: expect.stringMatching(
            /^ann is away until 2099-01-01T00:00:00.000Z: the alternate \(\d+ open of 200\)$/,
          ) as string,
        },
      ]);
    }, 120_000);

    it('leaves to everybody what is beyond all limits, and gives it to whoever is free', async () => {
      const { tenant, open, loads, holders, get } = await start(2, ['ann', 'bob']);
      await open(5);
      await eventually(async () => expect(await loads()).toEqual({ ann: 2, bob: 2, nobody: 1 }), { withinMs: 20_000 });
      const held = await holders();
      const [waiting] = [...held].find(([, subject]) => subject === null) ?? [];
      await eventually(async () => {
        const { body } = await get(`requests/${waiting}/custody`);
        expect(body['facts']).toMatchObject([
          { what: 'opened' },
          { what: 'left_in_pool', reason: 'nobody can be assigned (ann has 2 open of 2; bob has 2 open of 2)' },
        ]);
      });
      await eventually(async () => expect(new Set(await unassigned())).toEqual(new Set([1])));
      const [done] = [...held].find(([, subject]) => subject === 'bob') ?? [];
      const headers = { authorization: await system().people.bearer('bob', [], tenant), 'idempotency-key': 'once' };
      const shown = await system().call('GET', `${system().url()}/v1/requests/${done}`, headers);
      const ballot = { vote: 'approve', packet_digest: shown.body['packet_digest'] };
      expect(codeOf(await system().call('POST', `${system().url()}/v1/requests/${done}/votes`, headers, ballot))).toBe(
        'ok',
      );
      await eventually(async () => expect((await holders()).get(waiting ?? '')).toBe('bob'), { withinMs: 20_000 });
    }, 60_000);

    it('goes on while every instance is replaced', async () => {
      const { open, loads, changes } = await start(200);
      const opening = (async () => {
        for (let wave = 0; wave < 10; wave += 1) await open(10).then(() => sleep(200));
      })();
      for (const { url } of [...system().services]) {
        await system().add();
        await system().stop(url);
      }
      await opening;
      await eventually(async () => expect(await loads()).toEqual({ ann: 20, bob: 20, cat: 20, dan: 20, eva: 20 }), {
        withinMs: 40_000,
      });
      await eventually(async () => expect(await changes()).toHaveLength(100), { withinMs: 30_000 });
    }, 120_000);

    it('is nobody’s to order: no route takes it, and handing on takes nobody’s name', async () => {
      const { tenant, open, loads } = await start(1, ['ann']);
      const [action] = (await open(1)) as [ActionProposed];
      await eventually(async () => expect(await loads()).toEqual({ ann: 1 }), { withinMs: 20_000 });
      const headers = { authorization: await system().people.bearer('max', ['admin'], tenant), 'idempotency-key': 'k' };
      const body = { to_subject: 'max', reason: 'me', issuer: 'countersign' };
      const path = `${system().url()}/v1/requests/${requestId(action)}`;
      const answers = [
        await system().call('POST', `${path}/assign`, headers, body),
        await system().call('POST', `${path}/reassign`, headers, body),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 422]);
      expect(await loads()).toEqual({ ann: 1 });
    }, 60_000);
  });

  const unassigned = async (): Promise<number[]> =>
    Promise.all(
      system().services.map(async ({ url }) => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(/^countersign_approval_unassigned(?:\{.*\})? (\d+)$/m.exec(text)?.[1]);
      }),
    );
}
