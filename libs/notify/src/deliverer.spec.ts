import type { NotificationQueued } from '@countersign/events';
import { delivered, failed } from './attempt.js';
import type { Attempt } from './attempt.js';
import { Deliverer } from './deliverer.js';
import { Deliveries } from './deliveries.js';
import type { Delivery, DeliveryEvent } from './deliveries.js';
import type { Endpoint } from './endpoint.js';

const DAY_MS = 86_400_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A topic of one partition that can refuse, and a receiver that does as it is told. */
function rig({ waitsMs = [0, 0, 0] as readonly number[] } = {}) {
  const deliveries = new Deliveries();
  const told: DeliveryEvent[] = [];
  const sent: string[] = [];
  const world = {
    owned: true,
    refusing: false,
    folding: true,
    answer: (_delivery: Delivery): Promise<Attempt> => Promise.resolve(delivered(200)),
  };
  const append = async (facts: readonly DeliveryEvent[]): Promise<void> => {
    if (world.refusing) throw new Error('no broker');
    told.push(...facts);
    if (world.folding) for (const fact of facts) deliveries.apply(fact, 0, Date.now());
  };
  const deliverer = new Deliverer({
    ...{ deliveries, append, waitsMs, owns: () => world.owned },
    endpoint: (key) => ({ tenant: 'acme', endpoint_id: key.split('|')[1] }) as Endpoint,
    send: (delivery) => {
      sent.push(delivery.delivery_id);
      return world.answer(delivery);
    },
    onAttempt: () => undefined,
    log: { info: () => undefined, warn: () => undefined },
  });
  const queue = (delivery_id: string, endpoint_id = 'ops', queued_at = Date.now()): void => {
    const who = { tenant: 'acme', endpoint_id, delivery_id, message_id: delivery_id, message_type: 'endpoint.test' };
    const event = { ...who, message: '{}', queued_at } as NotificationQueued;
    deliveries.apply({ name: 'NotificationQueued', event }, 0, queued_at);
  };
  const look = async (aheadMs = 0): Promise<void> => {
    deliverer.look(Date.now() + 1_000 + aheadMs);
    await turn();
  };
  const stateOf = (id: string) => deliveries.all.get(id)?.status;
  return { deliveries, deliverer, told, sent, world, queue, look, stateOf };
}

describe('the deliverer', () => {
  it('sends each delivery once, one at a time for an endpoint', async () => {
    const { queue, look, sent, stateOf, world } = rig();
    let answer: (attempt: Attempt) => void = () => undefined;
    world.answer = () => new Promise((resolve) => void (answer = resolve));
    for (const id of ['a', 'b', 'a']) queue(id);
    await look();
    await look();
    expect(sent).toEqual(['a']);
    answer(delivered(200));
    await turn();
    answer(delivered(200));
    await look();
    expect([sent, stateOf('a'), stateOf('b')]).toEqual([['a', 'b'], 'delivered', 'delivered']);
  });

  it('goes on at once after a success, and at the next look after a failure', async () => {
    const { queue, look, sent, world } = rig({ waitsMs: [60_000] });
    for (const id of ['a', 'b', 'c', 'd']) queue(id);
    world.answer = ({ delivery_id }) => Promise.resolve(delivery_id === 'c' ? failed('status', 500) : delivered(200));
    await look();
    expect(sent).toEqual(['a', 'b', 'c']);
    await look();
    expect(sent).toEqual(['a', 'b', 'c', 'd']);
  });

  it('sends nothing that is not its own, or whose endpoint is off', async () => {
    const { queue, look, sent, world, deliveries, stateOf } = rig();
    queue('a');
    world.owned = false;
    await look();
    world.owned = true;
    const off = {
      tenant: 'acme',
      endpoint_id: 'ops',
      issuer: null,
      subject: null,
      reason: 'admin',
      changed_at: Date.now(),
    };
    deliveries.apply({ name: 'EndpointStateChanged', event: { ...off, enabled: false } }, 0, Date.now());
    await look();
    expect([sent, stateOf('a')]).toEqual([[], 'pending']);
    deliveries.apply({ name: 'EndpointStateChanged', event: { ...off, enabled: true } }, 0, Date.now());
    await look();
    expect(stateOf('a')).toBe('delivered');
  });

  it('does not make one endpoint wait for another', async () => {
    const { queue, look, sent, world } = rig();
    world.answer = ({ endpoint_id }) =>
      endpoint_id === 'hangs' ? new Promise(() => undefined) : Promise.resolve(delivered(200));
    for (const id of ['h1', 'h2', 'h3']) queue(id, 'hangs');
    for (const id of ['a', 'b']) queue(id, 'good');
    for (let n = 0; n < 4; n += 1) await look();
    expect(sent).toEqual(['h1', 'a', 'b']);
  });

  it('sends again what it could not note, and never ahead of its own note', async () => {
    const { queue, look, sent, world, told } = rig();
    queue('a');
    world.refusing = true;
    await look();
    world.refusing = false;
    world.folding = false;
    await look();
    expect([sent.length, told.length]).toEqual([2, 1]);
    await look();
    await look();
    expect(sent).toHaveLength(2);
  });

  it('gives up after the last wait, says so, and switches off an endpoint that took nothing meanwhile', async () => {
    const { queue, look, told, world, stateOf, deliveries } = rig({ waitsMs: [0, 0] });
    world.answer = () => Promise.resolve(failed('status', 500));
    queue('a');
    for (let n = 0; n < 5; n += 1) await look();
    expect(told.map(({ event }) => ('outcome' in event ? event.outcome : 'off'))).toEqual([
      'retrying',
      'retrying',
      'failed',
      'off',
    ]);
    expect([stateOf('a'), deliveries.endpoint('acme|ops').off?.reason]).toEqual(['failed', 'failing']);
  });

  it('switches off at 410 at once', async () => {
    const { queue, look, world, deliveries, stateOf } = rig();
    world.answer = () => Promise.resolve(failed('gone', 410));
    queue('a');
    await look();
    expect([stateOf('a'), deliveries.endpoint('acme|ops').off?.reason]).toEqual(['failed', 'gone']);
  });

  it('does not send what waited too long, and notes that', async () => {
    const { queue, look, sent, deliveries } = rig();
    queue('a', 'ops', Date.now() - 5 * DAY_MS);
    await look();
    expect([sent, deliveries.all.get('a')?.last?.error_class]).toEqual([[], 'held_too_long']);
    expect(deliveries.endpoint('acme|ops').off).toBeNull();
  });

  it('notes nothing about what it cuts when it ends', async () => {
    const { queue, look, told, world, deliverer } = rig();
    let cut: (attempt: Attempt) => void = () => undefined;
    world.answer = () => new Promise((resolve) => void (cut = resolve));
    queue('a');
    await look();
    const closed = deliverer.close();
    cut(failed('timeout'));
    await closed;
    expect(told).toEqual([]);
  });
});

describe('the fold of deliveries', () => {
  it('counts the first record of an attempt, and a success always', () => {
    const { queue, deliveries, stateOf } = rig();
    queue('a');
    const about = { tenant: 'acme', endpoint_id: 'ops', delivery_id: 'a', action_id: null, request_id: null };
    const tried = (attempt: number, outcome: string, next_attempt_at: number | null) => {
      const what = {
        attempt,
        outcome,
        status: null,
        error_class: null,
        duration_ms: 1,
        next_attempt_at,
        attempted_at: 5,
      };
      deliveries.apply({ name: 'DeliveryAttempted', event: { ...about, ...what } }, 0, Date.now());
    };
    tried(1, 'retrying', 10);
    tried(1, 'retrying', 99);
    expect(deliveries.all.get('a')?.next_attempt_at).toBe(10);
    tried(1, 'delivered', null);
    tried(2, 'failed', null);
    expect(stateOf('a')).toBe('delivered');
  });
});
