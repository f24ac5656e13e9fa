import { clientOf } from './client.js';
import type { Client } from './client.js';
import { ConsumerLoop } from './consumer-loop.js';
import type { Claims, ClaimsOptions, KafkaConnection } from './port.js';

/** Shares out the partitions of a topic among the instances of a group, by the group's own assignment. */
class GroupClaims implements Claims {
  private readonly loop: ConsumerLoop;
  private owned: ReadonlySet<number> = new Set();

  constructor(client: Client, { groupId, topic }: ClaimsOptions) {
    this.loop = new ConsumerLoop(client, {
      name: groupId,
      groupId,
      topics: [topic],
      commitEveryMs: 5_000,
      onAssigned: (assigned) => void (this.owned = new Set(assigned.map(({ partition }) => partition))),
      onRevoked: () => void (this.owned = new Set()),
      // The records are folded elsewhere; reading them here keeps the member alive in its group.
      onBatch: (batch) => Promise.resolve(batch.resolve(batch.nextOffset)),
    });
  }

  start(): void {
    this.loop.start();
  }

  owns(partition: number): boolean {
    return this.owned.has(partition);
  }

  healthy(): boolean {
    return this.loop.healthy();
  }

  close(): Promise<void> {
    this.owned = new Set();
    return this.loop.close();
  }
}

export const createClaims = (connection: KafkaConnection, options: ClaimsOptions): Claims =>
  new GroupClaims(clientOf(connection), options);
