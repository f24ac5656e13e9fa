import { randomUUID } from 'node:crypto';
import { connectTo, eventually, testBroker, testTopic } from '@countersign/testing';
import { createClaims } from './claims.js';
import type { Claims } from './port.js';

const PARTITIONS = [0, 1, 2, 3];
const owned = (claims: Claims): number[] => PARTITIONS.filter((partition) => claims.owns(partition));

it('shares out the partitions, and gives those of one that ends to the other', async () => {
  const { brokers } = await testBroker();
  const connection = connectTo(brokers);
  const options = { topic: await testTopic(connection, PARTITIONS.length), groupId: `spec-${randomUUID()}` };
  const [one, other] = [createClaims(connection, options), createClaims(connection, options)];
  try {
    one.start();
    await eventually(() => expect(owned(one)).toEqual(PARTITIONS), { withinMs: 20_000 });
    other.start();
    await eventually(
      () => {
        expect([owned(one).length, owned(other).length]).toEqual([2, 2]);
        expect([...owned(one), ...owned(other)].sort()).toEqual(PARTITIONS);
      },
      { withinMs: 20_000 },
    );
    await one.close();
    expect(owned(one)).toEqual([]);
    await eventually(() => expect(owned(other)).toEqual(PARTITIONS), { withinMs: 20_000 });
  } finally {
    await Promise.all([one.close(), other.close()]);
    await connection.close();
  }
}, 90_000);
