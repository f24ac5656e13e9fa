import { partitionOf } from '@countersign/events';
import fc from 'fast-check';
import kafkajs from 'kafkajs';

/** The partition of our producer. */
function produced(key: Buffer, partitions: number): number {
  const place = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0 }));
  return place({ topic: 't', partitionMetadata: partitionMetadata as never, message: { key, value: null } });
}

describe('partitionOf', () => {
  it('says of every key where our producer puts it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 48 }), (bytes, partitions) => {
        const key = Buffer.from(bytes);
        expect(partitionOf(key, partitions)).toBe(produced(key, partitions));
      }),
      { numRuns: 2_000 },
    );
  });
});
