import { eventually } from '@countersign/testing';
import { bearerOf, keyOf } from './support/bearers.js';
import { approve, refund } from './support/proposals.js';
import { EventReader } from './support/stream.js';
import { world } from './support/system.js';

const readers: EventReader[] = [];
afterAll(() => readers.forEach((reader) => reader.close()));

const listen = async (url: string, authorization: string, lastId?: string): Promise<EventReader> => {
  const reader = await EventReader.open(url, { authorization, ...(lastId && { 'last-event-id': lastId }) });
  readers.push(reader);
  return reader;
};
const actionUrl = (id: string): string => `${world().local.intake_url}/v1/actions/${id}/events`;
const requestsUrl = (): string => `${world().local.approval_url}/v1/requests/events`;
const statuses = ({ events }: EventReader): unknown[] => events.map(({ data }) => data['status']);

describe('the events of an action', () => {
  it('are the document at once, then each change, and end after the terminal state', async () => {
    const action = await world().decided(refund('450.00', { confidence: 0.9 }));
    const [agent, person] = [
      await listen(actionUrl(action.action_id), keyOf('refund-agent')),
      await listen(actionUrl(action.action_id), await bearerOf('ann')),
    ];
    await eventually(() => expect(statuses(agent)).toEqual(['pending']));
    await world().vote('ann', action, approve);
    await eventually(() => expect([agent.ended, person.ended]).toEqual([true, true]));
    expect(statuses(agent).at(-1)).toBe('approved');
    expect(agent.events.at(-1)).toMatchObject({ event: 'action', data: { action_id: action.action_id } });
    expect(agent.events.at(-1)?.data).toMatchObject({ grant: { token: expect.any(String) } });
    expect(JSON.stringify(person.events)).not.toContain('"token":"');
    const { id = '' } = agent.events.at(-1) ?? {};
    expect((await listen(actionUrl(action.action_id), keyOf('refund-agent'), id)).status).toBe(204);
    const missed = await listen(actionUrl(action.action_id), keyOf('refund-agent'), agent.events[0]?.id);
    await eventually(() => expect([statuses(missed), missed.ended]).toEqual([['approved'], true]));
  });

  it('go on where the reader was, without what it has', async () => {
    const action = await world().decided(refund('6000.00'));
    const first = await listen(actionUrl(action.action_id), keyOf('refund-agent'));
    await eventually(() => expect(first.events).toHaveLength(1));
    first.close();
    const again = await listen(actionUrl(action.action_id), keyOf('refund-agent'), first.events[0]?.id);
    await world().vote('ann', action, approve);
    await eventually(() => expect(again.events).toHaveLength(1));
    expect(again.events[0]?.data['request']).toMatchObject({ approvals: { given: 1, required: 2 } });
  });

  it('begin anew for a `Last-Event-ID` that is none of theirs, and end as they should', async () => {
    const action = await world().decided(refund('40.00'));
    for (const lastId of ['x', '9'.repeat(400), '../']) {
      const reader = await listen(actionUrl(action.action_id), keyOf('refund-agent'), lastId);
      await eventually(() => expect([statuses(reader), reader.ended]).toEqual([['approved'], true]));
    }
  });

  it('are of nobody else, and of no action that there is not', async () => {
    const action = await world().decided(refund('450.00', { confidence: 0.9 }));
    const other = await listen(actionUrl(action.action_id), keyOf('content-agent'));
    const executor = await listen(actionUrl(action.action_id), keyOf('payments-executor'));
    const none = await listen(actionUrl('act_42c5f297-9a6d-5ca8-a78a-de638ee55f46'), keyOf('refund-agent'));
    expect([other.status, executor.status, none.status]).toEqual([404, 403, 404]);
    const { status, headers } = await fetch(actionUrl(action.action_id), {
      ...{ method: 'HEAD', headers: { authorization: keyOf('refund-agent') } },
    });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });

  it('are for so many readers of one key, and others are not kept out', async () => {
    const action = await world().decided(refund('450.00', { confidence: 0.9 }));
    const many = await Promise.all(
      Array.from({ length: 110 }, () => listen(actionUrl(action.action_id), keyOf('refund-agent'))),
    );
    const counts = [200, 429].map((wanted) => many.filter(({ status }) => status === wanted).length);
    expect(counts[0]).toBeGreaterThan(90);
    expect(counts[1]).toBeGreaterThanOrEqual(10);
    expect((await listen(actionUrl(action.action_id), await bearerOf('bob'))).status).toBe(200);
    many.forEach((reader) => reader.close());
    await eventually(async () =>
      expect((await listen(actionUrl(action.action_id), keyOf('refund-agent'))).status).toBe(200),
    );
  });
});

describe('a call that waits', () => {
  it('ends when its caller goes, and makes place for another', async () => {
    const action = await world().decided(refund('6000.00'));
    const waiting = `${world().local.intake_url}/v1/actions/${action.action_id}?wait=60s`;
    const [headers, leaving] = [{ authorization: keyOf('refund-agent') }, new AbortController()];
    const calls = Array.from({ length: 500 }, () =>
      fetch(waiting, { headers, signal: leaving.signal }).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    await eventually(async () => expect((await fetch(waiting, { headers })).status).toBe(429));
    leaving.abort();
    await Promise.all(calls);
    const short = waiting.replace('60s', '1s');
    await eventually(async () => expect((await fetch(short, { headers })).status).toBe(200), { withinMs: 5_000 });
  });
});

describe('the events of requests', () => {
  const about = (reader: EventReader, id: string | undefined) =>
    reader.events.filter(({ data }) => data['request_id'] === id).map(({ event, data }) => [event, data]);

  it('say what waits, and what changes', async () => {
    const before = await world().decided(refund('6000.00'));
    const reader = await listen(requestsUrl(), await bearerOf('bob'));
    const old = before.request?.request_id;
    await eventually(() =>
      expect(about(reader, old)).toEqual([['request', { request_id: old, status: 'pending', changed: [] }]]),
    );
    const { request } = await world().decided(refund('450.00', { confidence: 0.9 }));
    const id = request?.request_id;
    await eventually(() =>
      expect(about(reader, id)[0]).toEqual([
        'request',
        { request_id: id, status: 'pending', changed: expect.arrayContaining(['opened']) },
      ]),
    );
    await world().vote('ann', before, approve);
    await eventually(() => expect(about(reader, old).at(-1)?.[1]).toMatchObject({ changed: ['votes'] }));
    const last = reader.events.at(-1)?.id;
    reader.close();
    await world().vote('ann', { request } as never, approve);
    const again = await listen(requestsUrl(), await bearerOf('bob'), last);
    await eventually(() => expect(about(again, id).at(-1)?.[1]).toMatchObject({ status: 'approved' }));
    expect(about(again, old)).toEqual([]);
  });

  it('are of the own tenant only', async () => {
    const stranger = await listen(requestsUrl(), await bearerOf('gus', 'globex'));
    const reader = await listen(requestsUrl(), await bearerOf('ann'));
    const { request } = await world().decided(refund('6000.00'));
    await eventually(() => expect(about(reader, request?.request_id)).not.toEqual([]));
    expect(JSON.stringify(stranger.events)).not.toContain(request?.request_id);
  });
});
