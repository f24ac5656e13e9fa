import { actionId } from '@countersign/canonical';
import { encode, TOPICS } from '@countersign/events';
import type { LocalFile } from '@countersign/local';
import kafkajs from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { signSubmission } from '../../apps/intake/src/signature.js';

type Agent = LocalFile['agents'][number];
type Body = Readonly<Record<string, unknown>>;

/** An honest agent that proposes over Kafka. */
export class KafkaAgent {
  private readonly producer: kafkajs.Producer;

  constructor(
    brokers: readonly string[],
    private readonly agent: Agent,
  ) {
    const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
    this.producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  }

  connect(): Promise<void> {
    return this.producer.connect();
  }

  /** @returns the id of the action that this will be */
  async submit(proposal: Body): Promise<string> {
    const { tenant, agent_id } = this.agent;
    const idempotency_key = randomUUID();
    const key = `${tenant}|${idempotency_key}`;
    const value = valueOf({ ...proposal, tenant, agent_id, idempotency_key });
    const [ce_id, ce_time] = [randomUUID(), new Date().toISOString()];
    const signed = { topic: TOPICS.submissions, key, ce_id, ce_time, value };
    const headers = {
      ...{ ce_id, ce_time, ce_type: 'ActionSubmitted', ce_source: agent_id, ce_specversion: '1.0' },
      'countersign-agent': agent_id,
      'countersign-signature': signSubmission(signed, this.agent.signing_secret),
    };
    await this.producer.send({ topic: TOPICS.submissions, messages: [{ key, value, headers }] });
    return actionId(tenant, agent_id, idempotency_key);
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }
}

const EMPTY = {
  ...{ target: null, rationale: null, before: null, after: null, context: null, preconditions: null },
  ...{ supersedes: null, reverses: null, respond_within_s: null, attestations: [] },
};

/** The record's bytes: JSON objects travel as JSON text. */
function valueOf(proposal: Body): Buffer {
  const asText = Object.entries(proposal).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : value,
  ]);
  return encode('ActionSubmitted', { ...EMPTY, ...Object.fromEntries(asText) });
}
