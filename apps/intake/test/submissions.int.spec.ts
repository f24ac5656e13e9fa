import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import kafkajs from 'kafkajs';
import { canonicalize } from '@countersign/canonical';
import { encode, TOPICS } from '@countersign/events';
import type { ActionSubmitted } from '@countersign/events';
import { createAppender, deadLetters, KafkaServer } from '@countersign/kafka';
import type { Appender, InRecord, KafkaConnection } from '@countersign/kafka';
import { createLogger, CredentialsFile, InternalClient, KeyAuth } from '@countersign/service';
import { connectTo, eventually, testBroker, testTopic } from '@countersign/testing';
import { ActionTypesLog } from '../src/action-types-log.js';
import { ApprovalClient } from '../src/approval-client.js';
import { Proposals } from '../src/proposals.js';
import { signSubmission } from '../src/signature.js';
import { stepOf } from '../src/step-of.js';
import { SubmissionsHandler } from '../src/submissions.handler.js';
import { createTopics, eventsOf, lettersOf, makeFixture, SIGNING_SECRET } from './fixture.js';
import type { Fixture } from './fixture.js';

let connection: KafkaConnection;
let fixture: Fixture;
let appender: Appender;
let producer: kafkajs.Producer;
const closers: (() => Promise<unknown> | void)[] = [];

beforeAll(async () => {
  const { brokers } = await testBroker();
  connection = connectTo(brokers);
  await createTopics(connection);
  fixture = makeFixture(brokers);
  appender = createAppender(connection);
  producer = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
}, 60_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await producer.disconnect();
  await appender.close();
  await connection.close();
  rmSync(fixture.config.secretsDir, { recursive: true });
});

/** The real door on a topic of its own; approval is down. */
async function openDoor(): Promise<string> {
  const { config } = fixture;
  const log = createLogger('intake', 'error', () => undefined);
  const client = new InternalClient({ urls: config.approvalUrls, token: config.internalToken, log });
  const credentials = new CredentialsFile(config.secretsDir, log);
  const approval = new ApprovalClient(client);
  const keys = new KeyAuth(credentials);
  const { macKeys, redactionKeys } = config;
  const findProvider = (tenant: string, id: string) => keys.provider(tenant, id);
  const actionTypes = new ActionTypesLog({ connection, macKeys, log });
  await actionTypes.open();
  const proposals = new Proposals({ appender, approval, macKeys, redactionKeys, findProvider, actionTypes });
  const handler = new SubmissionsHandler(proposals, approval, keys);
  const topic = await testTopic(connection, 1);
  const door = new KafkaServer({
    connection,
    groupId: `door.${topic}`,
    deadLetter: deadLetters({ appender, macKeys: config.macKeys, service: 'intake', stepOf }),
  });
  door.addHandler(topic, (record: InRecord) => handler.onSubmission(record), true);
  door.listen(() => undefined);
  closers.push(
    () => client.close(),
    () => credentials.close(),
    () => door.close(),
    () => actionTypes.close(),
  );
  return topic;
}

interface Sent {
  readonly key?: string;
  readonly value: Buffer | null;
  readonly secret?: string;
  readonly headers?: Record<string, string>;
  readonly ageMs?: number;
}
async function send(topic: string, sent: readonly Sent[]): Promise<void> {
  const messages = sent.map(({ value, secret = SIGNING_SECRET, headers = {}, ...rest }) => {
    const key = rest.key ?? `${fixture.tenant}|k-1`;
    const [ce_id, ce_time] = [randomUUID(), new Date(Date.now() - (rest.ageMs ?? 0)).toISOString()];
    const signature = signSubmission({ topic, key, ce_id, ce_time, value: value ?? Buffer.alloc(0) }, secret);
    const standard = { ce_id, ce_time, 'countersign-agent': 'refund-agent', 'countersign-signature': signature };
    return { key, value, headers: { ...standard, ...headers } };
  });
  await producer.send({ topic, messages });
}

function submitted(changes: Partial<ActionSubmitted> = {}): Buffer {
  return encode('ActionSubmitted', {
    ...{
      tenant: fixture.tenant,
      agent_id: 'refund-agent',
      idempotency_key: 'k-1',
      run_id: 'run',
      action_type: 'refund',
    },
    ...{ agent: '{"id":"refund-agent","version":"1"}', model: '{"id":"m"}', environment: 'production' },
    parameters: canonicalize({ amount: { value: '5.00', currency: 'USD' } }),
    ...{ on_behalf_of: null, target: null, before: null, after: null, rationale: null, confidence: null },
    ...{
      signals: null,
      context: null,
      preconditions: null,
      attestations: [],
      supersedes: null,
      respond_within_s: null,
    },
    ...changes,
  });
}
const withSchemaId = (value: Buffer, id: number): Buffer => {
  const changed = Buffer.from(value);
  changed.writeInt32BE(id, 1);
  return changed;
};

describe('records that cannot be taken', () => {
  it('become one dead letter each, whole, and the neighbours on the partition flow on', async () => {
    const topic = await openDoor();
    const good = submitted();
    const cases: [string, string, Sent][] = [
      ['null_value', 'verify', { value: null }],
      ['bad_signature', 'verify', { value: good, secret: 'guess' }],
      ['missing_header', 'verify', { value: good, headers: { 'countersign-signature': '' } }],
      ['stale', 'verify', { value: good, ageMs: 25 * 3_600_000 }],
      ['key_mismatch', 'verify', { value: submitted({ idempotency_key: 'k-2' }) }],
      ['key_mismatch', 'verify', { value: submitted({ tenant: 'globex' }) }],
      ['agent_mismatch', 'verify', { value: submitted({ agent_id: 'deploy-agent' }) }],
      ['agent_mismatch', 'verify', { value: submitted({ agent: '{"id":"deploy-agent","version":"1"}' }) }],
      ['too_large', 'verify', { value: Buffer.alloc(300_000) }],
      ['bad_framing', 'decode', { value: randomBytes(3) }],
      ['bad_framing', 'decode', { value: Buffer.from('{"run_id":"x"}') }],
      ['bad_avro', 'decode', { value: good.subarray(0, good.length - 4) }],
      // An array block that claims 2^30 items in 9 bytes, after the magic byte and a known schema id.
      ['bad_avro', 'decode', { value: Buffer.concat([good.subarray(0, 5), Buffer.from('8080808008', 'hex')]) }],
      ['unknown_schema', 'decode', { value: withSchemaId(good, 999_999) }],
      ['malformed', 'admit', { value: submitted({ parameters: '{"a":1,"a":2}' }) }],
      ['malformed', 'admit', { value: submitted({ parameters: '{' }) }],
      ['too_deep', 'admit', { value: submitted({ parameters: `{"a":${'['.repeat(31)}${']'.repeat(31)}}` }) }],
      ['invalid_action', 'admit', { value: submitted({ confidence: 91 }) }],
      ['invalid_action', 'admit', { value: submitted({ parameters: '[]' }) }],
      ['invalid_action', 'admit', { value: submitted({ parameters: '{"amount":{"value":"1e2","currency":"USD"}}' }) }],
      ['environment_not_allowed', 'admit', { value: submitted({ environment: 'staging' }) }],
    ];
    await send(
      topic,
      cases.map(([, , sent]) => sent),
    );
    const letters = await eventually(async () => {
      const mine = (await lettersOf(connection, fixture)).filter((one) => one.source_topic === topic);
      expect(mine.length).toBeGreaterThanOrEqual(cases.length);
      return mine.sort((a, b) => a.source_offset - b.source_offset);
    });
    expect(
      letters.map(({ source_partition, source_offset, reason, step }) => [
        source_partition,
        source_offset,
        reason,
        step,
      ]),
    ).toEqual(cases.map(([reason, step], offset) => [0, offset, reason, `intake/${step}`]));
    cases.forEach(([, , { value }], i) => expect(letters[i]?.value?.toString('hex')).toBe(value?.toString('hex')));
    expect(letters[1]?.headers.map(({ name }) => name)).toContain('countersign-signature');
  }, 30_000);
});

describe('a good submission while approval is down', () => {
  it('waits: nothing is proposed, nothing is thrown away, and what follows it keeps its place', async () => {
    const topic = await openDoor();
    await send(topic, [{ value: submitted() }, { value: null }]);
    // The bad neighbour is judged in the same slice, so its letter shows that the good one has been looked at.
    await eventually(async () => {
      const letters = await lettersOf(connection, fixture);
      expect(letters.some((one) => one.source_topic === topic && one.source_offset === 1)).toBe(true);
    });
    expect(
      (await lettersOf(connection, fixture)).filter((one) => one.source_topic === topic && one.source_offset === 0),
    ).toEqual([]);
    const proposed = await eventsOf(connection, TOPICS.actions, fixture, 'ActionProposed');
    expect(proposed.filter(({ tenant }) => tenant === fixture.tenant)).toEqual([]);
  }, 30_000);
});
