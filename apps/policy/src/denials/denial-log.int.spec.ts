import { randomBytes, randomUUID } from 'node:crypto';
import type { ActionProposed, MacKeys, RequestResolved, ServiceName } from '@countersign/events';
import { eventId, recordKey, topicConfigs, toRecord, TOPICS } from '@countersign/events';
import { connect, createAppender, ensureTopics } from '@countersign/kafka';
import type { Appender, KafkaConnection, OutRecord } from '@countersign/kafka';
import { testBroker } from '@countersign/testing';
import { DenialLog } from './denial-log.js';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const key = (): string => randomBytes(32).toString('hex');
const macKeys: MacKeys = { intake: key(), policy: key(), approval: key(), telemetry: key() };
const tenant = `t-${randomUUID()}`;
const what = { tenant, agent_id: 'bot', action_type: 'pay', target: 'order:1' };
const asks = { ...what, action_id: 'act_new', digest: 'd1' } as ActionProposed;

let connection: KafkaConnection;
let appender: Appender;

beforeAll(async () => {
  const { brokers } = await testBroker();
  connection = connect({ brokers, clientId: 'denials-test', log });
  await ensureTopics(
    connection,
    topicConfigs.filter(({ topic }) => topic === TOPICS.approvals),
  );
  appender = createAppender(connection);
}, 60_000);
afterAll(async () => {
  await appender.close();
  await connection.close();
});

function resolved(id: string, over: Partial<RequestResolved> = {}, service: ServiceName = 'approval'): OutRecord {
  const action_id = `act_${id}`;
  const event: RequestResolved = {
    ...{ ...what, action_id, run_id: 'run', environment: 'production', agent_version: 'v1', model_id: 'm1' },
    ...{ submitted_at: 0, decided_at: 0, request_id: `req_${id}`, request_kind: 'approval', gate: 'one' },
    ...{ status: 'denied', resolved_by: 'people', reviewer_id: 'ann', reviewer_ids: ['ann'], reason: 'no' },
    ...{
      changed: false,
      overridden: true,
      digest: 'd1',
      earlier_digests: [],
      blind_review: false,
      approvals_required: 1,
      approvals_given: 0,
    },
    ...{ opened_at: 0, respond_by: 0, expires_at: 0, paused_ms: 0, resolved_at: 0 },
    ...over,
  };
  const facts = { topic: TOPICS.approvals, name: 'RequestResolved' as const, event, key: recordKey(tenant, action_id) };
  return toRecord({
    ...facts,
    timeMs: Date.now(),
    service,
    macKeys,
    id: eventId('RequestResolved', tenant, action_id),
  });
}

describe('the denial log', () => {
  it('knows what people denied, as approval says it, and decides nothing before it has read it', async () => {
    await appender.append([
      ...[resolved('a'), resolved('a'), resolved('b', { status: 'approved' })],
      ...[resolved('c', { resolved_by: 'clock' }), resolved('d', { request_kind: 'advisory' })],
      ...[resolved('e', {}, 'intake'), resolved('f', { digest: 'd2', target: 'order:2' })],
    ]);
    const denials = new DenialLog({ connection, macKeys, log });
    await expect(denials.of(asks, null)).rejects.toThrow('the denials of the last 30 days are still being read');
    expect(denials.healthy()).toBe(false);
    await denials.open();
    try {
      const [one, ...others] = await denials.of(asks, null);
      expect([one, others]).toEqual([
        {
          ...{ action_id: 'act_a', request_id: 'req_a', reviewer_id: 'ann', reason: 'no', same: 'digest' },
          at: expect.any(Number) as number,
        },
        [],
      ]);
      for (let n = 1; n <= 20; n += 1) {
        await appender.append([resolved(`h${n}`, { digest: `d${n}`, earlier_digests: n % 2 ? ['d1'] : [] })]);
        // At once: what is published counts, whether this instance has heard of it or not.
        const known = await denials.of({ ...asks, target: n % 2 ? 'order:9' : asks.target }, null);
        expect(known.map(({ action_id }) => action_id)).toContain(`act_h${n}`);
      }
    } finally {
      await denials.close();
    }
  }, 60_000);
});
