import { CountersignError } from '@countersign/canonical';
import { EventError, isEvent, openRecord, TOPICS } from '@countersign/events';
import type { ActionProposed, MacKeys, RequestResolved } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Fold, InRecord, KafkaConnection } from '@countersign/kafka';
import { Denials, DENIALS_REMEMBERED_MS } from '@countersign/policy';
import type { Denial, DeniedBefore } from '@countersign/policy';
import type { Logger } from '@countersign/service';

export interface DenialLogOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  readonly log: Logger;
}

/** What people denied before. */
export interface DenialSource {
  /**
   * The denials of the 30 days before, the newest first: of the same digest, or of the same agent, type and target.
   * @param atMs log time of the proposal, UTC epoch milliseconds; what was published later is not among them
   * @throws CountersignError `overloaded` while the log is still being read: nothing is decided without it
   */
  of(action: ActionProposed, atMs: number): DeniedBefore[];
}

/** Denies nothing. */
export const NO_DENIALS: DenialSource = { of: () => [] };

/** The only type that is opened: the topic holds every fact of 30 days. */
const RESOLVED = 'countersign.RequestResolved.v1';
/** The clocks of brokers and instances differ by less than this, milliseconds. */
const SLACK_MS = 3_600_000;

const isDenial = ({ request_kind, status, resolved_by }: RequestResolved): boolean =>
  request_kind === 'approval' && status === 'denied' && resolved_by === 'people';

/** Denials from the public topic `approvals`; every instance reads 30 days of it. */
export class DenialLog implements DenialSource {
  private readonly denials = new Denials();
  private fold: Fold | null = null;
  private opened = false;

  constructor(private readonly options: DenialLogOptions) {}

  /** Resolves when everything written so far is known. */
  async open(): Promise<void> {
    this.fold = createFold(this.options.connection, {
      topics: [TOPICS.approvals],
      groupPrefix: 'countersign.policy.denials',
      startTimestampMs: (nowMs) => nowMs - DENIALS_REMEMBERED_MS - SLACK_MS,
      onRecord: (record) => this.take(record),
    });
    await this.fold.start();
    this.opened = true;
  }

  of(action: ActionProposed, atMs: number): DeniedBefore[] {
    if (this.opened) return this.denials.before(action, atMs);
    throw new CountersignError('overloaded', 'the denials of the last 30 days are still being read', {
      retry_after: 1,
    });
  }

  healthy(): boolean {
    return this.opened && (this.fold?.healthy() ?? false);
  }

  async close(): Promise<void> {
    await this.fold?.close();
  }

  /** A record that cannot be read is telemetry's dead letter; here it denies nothing. */
  private take(record: InRecord): void {
    const { log, macKeys } = this.options;
    if (record.headers['ce_type']?.toString() !== RESOLVED) return;
    try {
      const opened = openRecord(record, macKeys);
      if (isEvent(opened, 'RequestResolved') && isDenial(opened.event))
        this.denials.add(denialOf(opened.event, record.timestampMs));
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      const { topic, partition, offset } = record;
      log.warn('record is no denial', { topic, partition, offset, reason: error.reason });
    }
  }
}

const denialOf = (resolved: RequestResolved, at: number): Denial => {
  const { tenant, agent_id, action_type, target, digest } = resolved;
  const { action_id, request_id, reviewer_id, reason } = resolved;
  return { tenant, agent_id, action_type, target, digest, action_id, request_id, reviewer_id, reason, at };
};
