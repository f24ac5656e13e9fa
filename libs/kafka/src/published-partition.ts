import type { Client } from './client.js';
import { ExactSender } from './exact-sender.js';
import type { LoopBatch } from './loop-batch.js';
import { startBefore } from './offsets.js';
import { Backoff, pause } from './pace.js';
import type { InRecord, OutRecord, PublisherFold, PublisherOptions } from './port.js';
import { inSlices } from './slices.js';

/** A fold that another generation of the group may go on with. */
export interface Inherited {
  readonly fold: PublisherFold;
  /** The next offset to fold. */
  next: number;
  /** What lies below is published. */
  committed: number;
}

/** `left`: the partition is no longer ours. `superseded`: somebody else has published from it, so the fold must start anew. */
export type Taken = 'done' | 'left' | 'superseded';

/** Input records whose outputs share one transaction. */
const INPUTS_PER_TRANSACTION = 200;

/**
 * One input partition while it is ours. What lies below the committed offset is folded silently; from there on outputs go
 * out in transactions that also move the offset.
 */
export class PublishedPartition {
  private readonly sender: ExactSender;
  private state: Inherited | null = null;
  private pending: OutRecord[] = [];
  private broken = false;
  private revoked = false;
  private busy = false;
  /** Since when publishing fails, UTC epoch milliseconds. */
  failingSinceMs: number | null = null;

  constructor(
    private readonly client: Client,
    private readonly options: PublisherOptions,
    private readonly partition: number,
  ) {
    const { service, groupId, inputTopic } = options;
    this.sender = new ExactSender(client, {
      transactionalId: `${service}|${inputTopic}|${partition}`,
      groupId,
      topic: inputTopic,
      partition,
    });
  }

  /** Fences other holders and finds out where to read from. @returns the first offset to fetch */
  async prepare(inherited: Inherited | null): Promise<number> {
    const committed = (await this.sender.open()) ?? 0;
    if (inherited && inherited.committed === committed) this.state = inherited;
    else {
      const at = { topic: this.options.inputTopic, partition: this.partition, committed };
      const next = await startBefore(this.client, at, this.options.startTimestampMs, Date.now());
      this.state = { fold: this.options.makeFold(this.partition), next, committed };
    }
    return this.state.next;
  }

  /**
   * Folds a batch and publishes what it yields.
   * @throws what the fold threw
   */
  async take(batch: LoopBatch): Promise<Taken> {
    this.busy = true;
    try {
      return await this.work(batch);
    } finally {
      this.busy = false;
    }
  }

  /** Publishes no more. @returns the fold, when nothing is half done */
  async release(): Promise<Inherited | null> {
    this.revoke();
    await this.sender.close();
    return this.busy || this.broken || this.pending.length > 0 ? null : this.state;
  }

  get isRevoked(): boolean {
    return this.revoked;
  }

  revoke(): void {
    this.revoked = true;
  }

  private async work(batch: LoopBatch): Promise<Taken> {
    const live = (): boolean => batch.live() && !this.revoked;
    const owned = (): boolean => batch.owned() && !this.revoked;
    const between = async (): Promise<boolean> => {
      await batch.heartbeat();
      return live();
    };
    for (let at = 0; at < batch.records.length; at += INPUTS_PER_TRANSACTION) {
      const chunk = batch.records.slice(at, at + INPUTS_PER_TRANSACTION);
      if (!(await inSlices(chunk, (record) => this.apply(record), between))) return 'left';
      const flushed = await this.flush(live, owned);
      if (flushed !== 'done') return flushed;
    }
    batch.resolve(batch.nextOffset);
    return 'done';
  }

  private apply(record: InRecord): boolean {
    const state = this.state!;
    if (record.offset < state.next) return true;
    const outputs = state.fold.apply(record);
    state.next = record.offset + 1;
    if (record.offset >= state.committed) this.pending.push(...outputs);
    return true;
  }

  /** Tries until the pending outputs are published, by this attempt or by one whose answer was lost. */
  private async flush(live: () => boolean, owned: () => boolean): Promise<Taken> {
    for (const backoff = new Backoff(20, 1_000); this.pending.length > 0;) {
      if (!live()) return 'left';
      try {
        if (!(await this.attempt(owned))) return 'superseded';
      } catch (error) {
        this.broken = true;
        this.failingSinceMs ??= Date.now();
        this.client.log.warn('transaction failed, trying again with a new producer', {
          partition: this.partition,
          cause: String(error),
        });
        await pause(backoff.nextMs());
      }
    }
    return 'done';
  }

  /** @returns false when the committed offset is neither where this fold left it nor where it was taking it */
  private async attempt(owned: () => boolean): Promise<boolean> {
    const state = this.state!;
    if (this.broken) {
      const committed = (await this.sender.open()) ?? 0;
      this.broken = false;
      if (committed === state.next) return this.published();
      if (committed !== state.committed) return false;
    }
    await this.sender.publish(this.pending, state.next, owned);
    return this.published();
  }

  private published(): true {
    this.state!.committed = this.state!.next;
    this.pending = [];
    this.failingSinceMs = null;
    return true;
  }
}
