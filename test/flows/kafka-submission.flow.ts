import { actionId } from '@countersign/canonical';
import { newSecret, readCredentials, rotateSecret, writeCredentials } from '@countersign/service';
import { eventually } from '@countersign/testing';
import { readAction, type Proposal } from '@countersign/sdk';
import avro from 'avsc';
import kafkajs from 'kafkajs';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandAt } from './support/command.js';
import { agentOf, secretsFolderOf } from '../../apps/cli/src/shared/local-system.js';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts, TENANT } from './support/world.js';

const TOPIC = 'countersign.submissions.v1';

interface Schema {
  id: number;
  type: avro.Type;
}

/** As an agent of another language would: the schema and its id from telemetry's registry routes. */
async function schemaOf(event: string): Promise<Schema> {
  const base = world().local.telemetry_url;
  const latest = await fetch(`${base}/subjects/${TOPIC}-${event}/versions/latest`);
  const { id, schema } = (await latest.json()) as { id: number; schema: string };
  const byId = (await (await fetch(`${base}/schemas/ids/${id}`)).json()) as { schema: string };
  expect(JSON.parse(byId.schema)).toEqual(JSON.parse(schema));
  const type = avro.Type.forSchema(JSON.parse(schema) as avro.Schema, { wrapUnions: 'never' });
  return { id, type };
}

function framed({ id, type }: Schema, record: object): Buffer {
  const head = Buffer.alloc(5);
  head.writeInt32BE(id, 1);
  return Buffer.concat([head, type.toBuffer(record)]);
}

function submissionOf(proposal: Proposal, idempotency_key: string): object {
  const text = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  const { run_id, action_type, environment, on_behalf_of, target, rationale, confidence } = proposal;
  const plain = { run_id, action_type, environment, on_behalf_of, target, rationale, confidence };
  const asText = { before: text(proposal.before), after: text(proposal.after), signals: text(proposal.signals) };
  return {
    ...{ tenant: TENANT, agent_id: proposal.agent.id, idempotency_key, ...plain, ...asText },
    ...{ agent: text(proposal.agent), model: text(proposal.model), parameters: text(proposal.parameters) },
    ...{
      context: null,
      preconditions: null,
      attestations: [],
      supersedes: null,
      reverses: null,
      respond_within_s: null,
    },
  };
}

/** Headers of a submission, signed with `secret`. */
function headersOf(secret: string, key: string, value: Buffer): Record<string, string> {
  const [ce_id, ce_time] = [randomUUID(), new Date().toISOString()];
  const signed = Buffer.concat([Buffer.from(`v1.${TOPIC}.${key}.${ce_id}.${ce_time}.`), value]);
  const signature = createHmac('sha256', secret).update(signed).digest('base64');
  return {
    ...{ ce_id, ce_time, ce_type: 'ActionSubmitted', ce_source: 'refund-agent', ce_specversion: '1.0' },
    'countersign-agent': 'refund-agent',
    'countersign-signature': `v1,${signature}`,
  };
}

async function produce(records: { key: string; value: Buffer; headers: Record<string, string> }[]): Promise<void> {
  const { Kafka, logLevel, Partitioners } = kafkajs;
  const kafka = new Kafka({ brokers: [...world().local.kafka_brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({ topic: TOPIC, messages: records });
  } finally {
    await producer.disconnect();
  }
}

async function submit(proposal: Proposal, key: string, secret?: string): Promise<void> {
  const schema = await schemaOf('ActionSubmitted');
  const recordKey = `${TENANT}|${key}`;
  const value = framed(schema, submissionOf(proposal, key));
  const mine = agentOf(world().local, 'refund-agent', TENANT).signing_secret;
  await produce([{ key: recordKey, value, headers: headersOf(secret ?? mine, recordKey, value) }]);
}

const idOf = (key: string): string => actionId(TENANT, 'refund-agent', key);
interface Letter {
  dead_letter_id: string;
  reason: string;
  key: string;
}

/** As an admin of the tenant sees them. */
const lettersAbout = async (key: string): Promise<Letter[]> => {
  const { telemetry } = await world().person('max');
  const { body } = await telemetry.send({ method: 'GET', path: '/v1/dead-letters?limit=500' });
  const encoded = Buffer.from(`${TENANT}|${key}`).toString('base64');
  return (body as unknown as { items: Letter[] }).items.filter((letter) => letter.key === encoded);
};

describe('a proposal over Kafka', () => {
  it('is the same action as over HTTP, and its token is read over HTTP', async () => {
    const [proposal, key] = [refund('40.00'), randomUUID()];
    await submit(proposal, key);
    const action = await eventually(async () => {
      const document = await readAction(world().agent(), idOf(key), '?wait=1s');
      expect(document.status).toBe('approved');
      return document;
    });
    await expect(world().redeem(action.grant?.token ?? '', facts(proposal))).resolves.toMatchObject({ result: 'ok' });
  });

  it('with a signature of someone else opens nothing and is one dead letter', async () => {
    const key = randomUUID();
    await submit(refund('40.00'), key, 'not-the-secret');
    await eventually(async () => expect(await lettersAbout(key)).toHaveLength(1));
    await expect(readAction(world().agent(), idOf(key))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('with a known key and another body is one dead letter, and the first action stands', async () => {
    const [proposal, key] = [refund('450.00', { confidence: 0.9 }), randomUUID()];
    const action = await world().decided(proposal, key);
    await submit({ ...proposal, rationale: 'Another reason.' }, key);
    await eventually(async () => {
      expect(await lettersAbout(key)).toMatchObject([{ reason: 'duplicate_request' }]);
    });
    await expect(readAction(world().agent(), action.action_id)).resolves.toMatchObject({ digest: action.digest });
  });

  it('that nobody could verify becomes an action once its secret is known and an admin sends it again', async () => {
    const [proposal, key, late] = [refund('40.00'), randomUUID(), newSecret()];
    await submit(proposal, key, late);
    const letter = await eventually(async () => {
      const [only] = await lettersAbout(key);
      expect(only?.reason).toBe('bad_signature');
      return only as Letter;
    });
    await addSecret(late);
    const { telemetry } = await world().person('max');
    const path = `/v1/dead-letters/${letter.dead_letter_id}`;
    const replay = async (): Promise<unknown> => {
      const headers = { 'idempotency-key': `replay-${key}` };
      return (await telemetry.send({ method: 'POST', path: `${path}/replay`, headers })).body;
    };
    const first = await replay();
    expect(first).toMatchObject({ dead_letter_id: letter.dead_letter_id, source_topic: TOPIC, subject: 'max' });
    await expect(replay()).resolves.toEqual(first);
    await eventually(async () =>
      expect(await readAction(world().agent(), idOf(key))).toMatchObject({ status: 'approved' }),
    );
    const { body } = await telemetry.send({ method: 'GET', path });
    expect(body).toMatchObject({ reason: 'bad_signature', replays: [{ subject: 'max' }] });
    expect(await lettersAbout(key)).toHaveLength(1);
    const stranger = (await world().person('ivo')).telemetry;
    await expect(stranger.send({ method: 'GET', path })).rejects.toMatchObject({ code: 'not_found' });
    await expect(stranger.send({ method: 'POST', path: `${path}/replay` })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('of a stranger is shown by the command with nothing hidden, and is not sent again without a time', async () => {
    const key = randomUUID();
    await produce([{ key: `${TENANT}|${key}`, value: Buffer.from('\u001b[2J\u202eeulav'), headers: {} }]);
    const letter = await eventually(async () => {
      const [only] = await lettersAbout(key);
      expect(only?.reason).toBe('missing_header');
      return only as Letter;
    });
    const folder = mkdtempSync(join(tmpdir(), 'countersign-letters-'));
    writeFileSync(join(folder, 'local.json'), JSON.stringify(world().local), { mode: 0o600 });
    const countersign = (...args: string[]) =>
      commandAt(join(folder, 'local.json'), 'dead-letters', ...args, '--reviewer', 'max');
    expect((await countersign('list')).stdout).toContain(letter.dead_letter_id);
    const { stdout, code } = await countersign('show', letter.dead_letter_id);
    expect([code, stdout.includes(`${TENANT}|${key}`), stdout.includes('eulav')]).toEqual([0, true, true]);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
    const { stderr, ...refused } = await countersign('replay', letter.dead_letter_id);
    rmSync(folder, { recursive: true });
    expect([refused.code, stderr]).toEqual([1, expect.stringContaining('too_old')]);
  });
});

/** The agent signs with one more secret; resolves when intake takes it. */
async function addSecret(secret: string): Promise<void> {
  const folder = secretsFolderOf(world().local);
  const owner = { kind: 'agent' as const, tenant: TENANT, id: 'refund-agent' };
  writeCredentials(folder, rotateSecret(readCredentials(join(folder, 'credentials.json')), owner, secret));
  await eventually(
    async () => {
      const key = randomUUID();
      await submit(refund('40.00'), key, secret);
      await eventually(() => readAction(world().agent(), idOf(key)), { withinMs: 2_000 });
    },
    { withinMs: 15_000 },
  );
}
