import { testBroker } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { ensureTopics } from './topics.js';

it('creates a missing topic, accepts it again and refuses another partition count', async () => {
  const { brokers } = await testBroker();
  const topic = { topic: `topics-${randomUUID()}`, partitions: 4, config: { 'retention.ms': '-1' } };
  await ensureTopics(brokers, [topic]);
  await ensureTopics(brokers, [topic]);
  await expect(ensureTopics(brokers, [{ ...topic, partitions: 6 }])).rejects.toThrow(
    `Topic ${topic.topic} has 4 partitions instead of 6`,
  );
}, 60_000);
