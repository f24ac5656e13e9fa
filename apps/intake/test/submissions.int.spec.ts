import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import kafkajs from 'kafkajs';
import { canonicalize } from '@countersign/canonical';
import { encode, TOPICS } from '@countersign/events';
import type { ActionSubmitted, OutcomeReported } from '@countersign/events';
import { createAppender, deadLetters, KafkaServer } from '@countersign/kafka';
import type { Appender, InRecord, KafkaConnection } from '@countersign/kafka';
import { createLogger, CredentialsFile, InternalClient, KeyAuth, RateLimit } from '@countersign/service';
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
async function openDoor(on?: string): Promise<string> {
  const { config } = fixture;
  const log = createLogger('intake', 'error', () => undefined);
  const client = new InternalClient({ urls: config.approvalUrls, token: config.internalToken, log });
  const credentials = new CredentialsFile(config.secretsDir, log);
  const approval = new ApprovalClient(client);
  const keys = new KeyAuth(credentials, new RateLimit({ perSecond: 1, burst: BURST }));
  const { macKeys, redactionKeys } = config;
  const findProvider = (tenant: string, id: string) => keys.provider(tenant, id);
  const actionTypes = new ActionTypesLog({ connection, macKeys, log });
  await actionTypes.open();
  const proposals = new Proposals({ appender, approval, macKeys, redactionKeys, findProvider, actionTypes });
  const handler = new SubmissionsHandler(proposals, approval, keys);
  const topic = on ?? (await testTopic(connection, 1));
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

/** More than the other tests send. */
const BURST = 60;

interface Sent {
  readonly key?: string;
  /** Sent in place of the key that is signed. */
  readonly rawKey?: Buffer;
  readonly value: Buffer | null;
  readonly secret?: string;
  readonly headers?: Record<string, string | Buffer | string[]>;
  readonly ageMs?: number;
}
async function send(topic: string, sent: readonly Sent[]): Promise<void> {
  const messages = sent.map(({ value, secret = SIGNING_SECRET, headers = {}, ...rest }) => {
    const key = rest.key ?? `${fixture.tenant}|k-1`;
    const [ce_id, ce_time] = [randomUUID(), new Date(Date.now() - (rest.ageMs ?? 0)).toISOString()];
    const signature = signSubmission({ topic, key, ce_id, ce_time, value: value ?? Buffer.alloc(0) }, secret);
    const standard = {
      ce_id,
      ce_time,
      ce_type: 'ActionSubmitted',
      'countersign-agent': 'refund-agent',
      'countersign-signature': signature,
    };
    return { key: rest.rawKey ?? key, value, headers: { ...standard, ...headers } };
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
      reverses: null,
      respond_within_s: null,
    },
    ...changes,
  });
}
const reported = (changes: Partial<OutcomeReported> = {}): Buffer =>
  encode('OutcomeReported', {
    ...{ tenant: fixture.tenant, agent_id: 'refund-agent', idempotency_key: 'k-1' },
    ...{ action_id: 'act_42c5f297-9a6d-5ca8-a78a-de638ee55f46', status: 'executed' },
    ...{ result: null, post_checks: null, occurred_at: null },
    ...changes,
  });
const asOutcome = { headers: { ce_type: 'countersign.OutcomeReported.v1' } };
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
      ['malformed', 'admit', { value: good, key: 'acme|\ufffd', rawKey: Buffer.from('acme|\xff', 'latin1') }],
      ['malformed', 'admit', { value: inBytes(submitted({ run_id: 'a\ufffdb' }), '\ufffd', 'ff') }],
      ['missing_header', 'verify', { value: good, headers: { ce_type: '' } }],
      ['type_mismatch', 'decode', { value: good, headers: { ce_type: 'OutcomeReported' } }],
      ['not_found', 'admit', { value: reported({ action_id: '../../metrics?x=' }), ...asOutcome }],
      ['not_found', 'admit', { value: reported({ action_id: '..' }), ...asOutcome }],
      ['bad_signature', 'verify', { value: good, headers: { 'countersign-signature': Buffer.from([0, 1]) } }],
      ['bad_signature', 'verify', { value: good, headers: { 'countersign-signature': ['v1,', 'v1,x'] } }],
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
      ['too_large', 'verify', { value: submitted({ parameters: `{"a":[${'9e15,'.repeat(36_000)}0]}` }) }],
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
    const sizes = letters.filter(({ reason }) => reason === 'too_large').map(({ detail }) => detail);
    expect(sizes).toHaveLength(2);
    for (const detail of sizes) expect(detail).toMatch(/ [0-9]{6} bytes[;,].* (262144|393216) are the limit/);
    expect(letters[1]?.headers.map(({ name }) => name)).toContain('countersign-signature');
  }, 30_000);
});

/** The same bytes with a text's UTF-8 replaced by other bytes of another length, and its length with it. */
function inBytes(value: Buffer, text: string, hex: string): Buffer {
  const at = value.indexOf(text);
  const [old, now] = [Buffer.byteLength(text), hex.length / 2];
  const changed = Buffer.concat([value.subarray(0, at), Buffer.from(hex, 'hex'), value.subarray(at + old)]);
  // The text is short, so its length is the one byte in front of it, zigzag coded.
  changed[at - 2] = changed[at - 2]! - 2 * (old - now);
  return changed;
}

describe('what other clients do', () => {
  const lettersOn = async (topic: string) =>
    (await lettersOf(connection, fixture))
      .filter((one) => one.source_topic === topic)
      .sort((a, b) => a.source_offset - b.source_offset);

  it('costs a batch that unpacks to too much one dead letter, and its neighbours nothing', async () => {
    const topic = await openDoor();
    const compression = kafkajs.CompressionTypes.GZIP;
    await producer.send({ topic, compression, messages: [{ value: 'x' }, { value: Buffer.alloc(20_000_000) }] });
    await send(topic, [{ value: null }]);
    const letters = await eventually(async () => {
      const mine = await lettersOn(topic);
      expect(mine).toHaveLength(2);
      return mine;
    });
    expect(letters.map(({ source_offset, reason, step }) => [source_offset, reason, step])).toEqual([
      [0, 'unreadable_batch', 'intake/decode'],
      [2, 'null_value', 'intake/verify'],
    ]);
    expect(letters[0]!.detail).toContain('offsets 0 to 1');
    expect(letters[0]!.detail).toContain('more than 8388608 bytes');
  }, 30_000);

  it('holds nobody when one of them dies inside a transaction', async () => {
    const topic = await openDoor(TOPICS.submissions);
    const dying = new kafkajs.Kafka({
      brokers: fixture.config.kafkaBrokers.slice(),
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const writer = dying.producer({ transactionalId: randomUUID(), transactionTimeout: 60_000, idempotent: true });
    await writer.connect();
    const transaction = await writer.transaction();
    const messages = [0, 1, 2, 3].map((partition) => ({ partition, value: 'unsigned' }));
    await transaction.send({ topic, messages });
    const begun = Date.now();
    const keys = Array.from({ length: 8 }, () => `${fixture.tenant}|${randomUUID()}`);
    await send(
      topic,
      keys.map((key) => ({ key, value: null })),
    );
    await eventually(async () => {
      const mine = (await lettersOn(topic)).map(({ key }) => key?.toString());
      expect(keys.every((key) => mine.includes(key))).toBe(true);
    });
    expect(Date.now() - begun).toBeLessThan(15_000);
    await transaction.abort();
    await writer.disconnect();
  }, 40_000);

  it('is held to the rate of its key, and what is too much is a dead letter that can be sent again', async () => {
    const topic = await openDoor();
    const many = Array.from({ length: BURST + 20 }, (_, index) => `k-${index}`);
    await send(
      topic,
      many.map((key) => ({ key: `${fixture.tenant}|${key}`, value: submitted({ idempotency_key: 'another' }) })),
    );
    const letters = await eventually(async () => {
      const mine = await lettersOn(topic);
      expect(mine).toHaveLength(many.length);
      return mine;
    });
    const limited = letters.filter(({ reason }) => reason === 'rate_limited').length;
    expect(limited).toBeGreaterThanOrEqual(1);
    expect(letters.length - limited).toBeGreaterThanOrEqual(BURST);
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
