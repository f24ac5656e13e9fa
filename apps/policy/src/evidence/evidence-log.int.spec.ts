import { randomBytes, randomUUID } from 'node:crypto';
import type { ActionProposed, EventMap, EventName, MacKeys, ServiceName } from '@countersign/events';
import { eventId, recordKey, topicConfigs, toRecord, TOPICS } from '@countersign/events';
import { connect, createAppender, ensureTopics } from '@countersign/kafka';
import type { Appender, KafkaConnection, OutRecord } from '@countersign/kafka';
import { loadPolicy, policySetOf } from '@countersign/policy';
import { eventually, testBroker } from '@countersign/testing';
import { EvidenceLog } from './evidence-log.js';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const key = (): string => randomBytes(32).toString('hex');
// Keys of this run's own: what other specs wrote to the same topics is not believed here, nor ours there.
const macKeys: MacKeys = { intake: key(), policy: key(), approval: key(), telemetry: key() };
const tenant = `t-${randomUUID()}`;
const tuple = { agent_id: 'payer', agent_version: 'v1', model_id: 'm1', action_type: 'pay' };
const asks = { tenant, ...tuple } as ActionProposed;
const text = (extra = ''): string =>
  `name: pays\naction_types: { pay: {} }\ngates: { one: { quorum: 1, roles: [r] } }\nfallback: one\n${extra}`;
const setOf = (content: string) => policySetOf([{ policy: loadPolicy(content, 'p.yaml').policy!, version: 1 }]);
const guarded = setOf(text('drift_guard: { gate: one, evidence: 3 }\n'));

let connection: KafkaConnection;
let appender: Appender;

beforeAll(async () => {
  const { brokers } = await testBroker();
  connection = connect({ brokers, clientId: 'evidence-test', log });
  const topics = topicConfigs.filter(({ topic }) => topic === TOPICS.approvals || topic === TOPICS.labels);
  await ensureTopics(connection, topics);
  appender = createAppender(connection);
}, 60_000);
afterAll(async () => {
  await appender.close();
  await connection.close();
});

const headOf = (action_id: string) => ({
  ...{ tenant, action_id, run_id: 'run', environment: 'production', submitted_at: 0, decided_at: 0 },
  ...tuple,
});

function record<N extends EventName>(
  topic: string,
  name: N,
  event: EventMap[N] & { action_id: string },
  service: ServiceName = 'approval',
): OutRecord {
  const { action_id } = event;
  const facts = { topic, name, event, key: recordKey(tenant, action_id), timeMs: Date.now(), service, macKeys };
  return toRecord({ ...facts, id: eventId(name, tenant, action_id) });
}

function resolved(action_id: string, over: Partial<EventMap['RequestResolved']> = {}): OutRecord {
  const people = {
    reviewer_id: 'ann',
    reviewer_ids: ['ann'],
    reason: null,
    changed: false,
    overridden: false,
    earlier_digests: [],
    blind_review: false,
  };
  const times = { opened_at: 0, respond_by: 0, expires_at: 0, paused_ms: 0, resolved_at: 0 };
  return record(TOPICS.approvals, 'RequestResolved', {
    ...{ ...headOf(action_id), request_id: `req_${action_id}`, request_kind: 'approval', gate: 'one' },
    ...{
      target: null,
      status: 'approved',
      resolved_by: 'people',
      digest: 'd',
      approvals_required: 1,
      approvals_given: 1,
    },
    ...{ ...people, ...times, ...over },
  });
}

const granted = (action_id: string): OutRecord =>
  record(TOPICS.approvals, 'GrantIssued', {
    ...{ ...headOf(action_id), grant_id: `grant_${action_id}`, digest: 'd', authority: 'policy' },
    ...{ issued_at: 0, expires_at: 0 },
  });

const labelled = (action_id: string, label: string): OutRecord => {
  const { agent_id, action_type } = tuple;
  const head = { tenant, action_id, run_id: 'run', agent_id, action_type, environment: 'production' };
  const rest = { label_id: `lab_${action_id}`, label, source: 'replay', labelled_by: 'lea', note: null };
  return record(
    TOPICS.labels,
    'LabelRecorded',
    { ...head, ...rest, sample_probability: null, observed_at: 0 },
    'intake',
  );
};

async function countedBy<T>(ask: (evidence: EvidenceLog) => T): Promise<T> {
  const evidence = new EvidenceLog({ connection, macKeys, log });
  await evidence.open(guarded);
  try {
    return ask(evidence);
  } finally {
    await evidence.close();
  }
}

const count = (evidence: EvidenceLog, atMs = Infinity): number | null => evidence.of(guarded, asks, atMs)();

describe('the evidence log', () => {
  it('counts what people approved as proposed or what is labelled harmless, once each, after every restart', async () => {
    await appender.append([
      ...[resolved('a'), resolved('a'), resolved('b'), granted('c'), granted('d'), resolved('e')],
      ...[labelled('c', 'harmless'), labelled('unknown', 'harmless'), labelled('e', 'harmful')],
      ...[resolved('f', { changed: true }), resolved('g', { status: 'denied' })],
      ...[resolved('h', { resolved_by: 'clock' }), resolved('i', { request_kind: 'advisory' })],
    ]);
    expect(await countedBy(count)).toBe(3);
    await appender.append([resolved('a'), labelled('c', 'harmless'), labelled('d', 'harmless')]);
    expect(await countedBy(count)).toBe(4);
    expect(await countedBy(count)).toBe(4);
  }, 60_000);

  it('counts by log time, so a proposal that is decided once more hears the same', async () => {
    expect(await countedBy((evidence) => count(evidence, Date.now() - 3_600_000))).toBe(0);
  }, 60_000);

  it('believes nothing that another service wrote', async () => {
    const before = await countedBy(count);
    await appender.append([record(TOPICS.approvals, 'GrantIssued', { ...forged('x') }, 'intake')]);
    await appender.append([labelled('x', 'harmless')]);
    expect(await countedBy(count)).toBe(before);
  }, 60_000);

  it('reads nothing while no policy has a drift guard, and lets actions wait while it reads', async () => {
    const evidence = new EvidenceLog({ connection, macKeys, log });
    await evidence.open(setOf(text()));
    expect([evidence.healthy(), evidence.of(setOf(text()), asks, 0)()]).toEqual([true, null]);
    expect(() => evidence.of(guarded, asks, 0)).toThrow('the evidence is still being read');
    await eventually(() => expect(count(evidence)).toBeGreaterThan(0));
    await evidence.close();
  }, 60_000);
});

const forged = (action_id: string): EventMap['GrantIssued'] & { action_id: string } => ({
  ...{ ...headOf(action_id), grant_id: `grant_${action_id}`, digest: 'd', authority: 'policy' },
  ...{ issued_at: 0, expires_at: 0 },
});
