import { toRecord, TOPICS } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import type { TestSystem } from '@countersign/testing';
import kafkajs from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allowed, proposed, redemption } from '../../libs/approval/test/records.js';

/** What stands where a proposal should. */
const NO_PROPOSALS = [Buffer.alloc(0), Buffer.from('anything'), Buffer.alloc(40, 0xff)];

/**
 * Writes what a service with a fault of its own might: rightly signed decisions whose bytes are no proposal, and calls for
 * their grants. Every judge reads them.
 * @returns how many records
 */
export async function writeWrongly(system: TestSystem): Promise<number> {
  const macKeys = JSON.parse(readFileSync(join(system.logs, '../secrets/mac.json'), 'utf8')) as MacKeys;
  const messages = NO_PROPOSALS.flatMap((bytes) => {
    const action = proposed(randomUUID(), { tenant: 'globex', submitted_at: Date.now() });
    const shared = {
      topic: TOPICS.approvalLog,
      key: `${action.tenant}|${action.action_id}`,
      timeMs: Date.now(),
      macKeys,
    };
    const decision = { ...allowed(action), action: bytes };
    return [
      toRecord({ ...shared, name: 'ActionDecided', event: decision, id: randomUUID(), service: 'policy' }),
      toRecord({
        ...{ ...shared, name: 'RedemptionRequested', event: redemption(action), id: randomUUID() },
        service: 'approval',
      }),
    ];
  });
  const kafka = new kafkajs.Kafka({ brokers: [...system.local.kafka_brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: TOPICS.approvalLog, messages });
  await producer.disconnect();
  return messages.length;
}
