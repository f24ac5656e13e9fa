import { CountersignError } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { ActionProposed, MacKeys, RequestResolved } from '@countersign/events';
import { EventFold } from '@countersign/kafka';
import type { KafkaConnection } from '@countersign/kafka';
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
   * The denials of the 30 days before, the newest first: of the same digest, or of the same agent, type and target. What
   * is published when this is called is known when it resolves, so that nobody slips past a denial by being quick.
   * @param atMs log time of the proposal, UTC epoch milliseconds: what was published later is not among them; null for all
   * @throws CountersignError `overloaded` while the log is still being read, or cannot be: nothing is decided without it
   */
  of(action: ActionProposed, atMs: number | null): Promise<DeniedBefore[]>;
}

/** Denies nothing. */
export const NO_DENIALS: DenialSource = { of: () => Promise.resolve([]) };

/** The clocks of brokers and instances differ by less than this, milliseconds. */
const SLACK_MS = 3_600_000;

const isDenial = ({ request_kind, status, resolved_by }: RequestResolved): boolean =>
  request_kind === 'approval' && status === 'denied' && resolved_by === 'people';

/** Denials from the public topic `approvals`; every instance reads 30 days of it. */
export class DenialLog implements DenialSource {
  private readonly denials = new Denials();
  private readonly fold: EventFold;

  constructor({ connection, macKeys, log }: DenialLogOptions) {
    this.fold = new EventFold(connection, {
      ...{ topics: [TOPICS.approvals], group: 'countersign.policy.denials', macKeys, log },
      from: (nowMs) => nowMs - DENIALS_REMEMBERED_MS - SLACK_MS,
      facts: {
        RequestResolved: (event, { timestampMs }) => {
          if (isDenial(event)) this.denials.add(denialOf(event, timestampMs));
        },
      },
    });
  }

  /** Resolves when everything written so far is known. */
  open(): Promise<void> {
    return this.fold.start();
  }

  async of(action: ActionProposed, atMs: number | null): Promise<DeniedBefore[]> {
    if (!this.fold.opened)
      throw new CountersignError('overloaded', 'the denials of the last 30 days are still being read', {
        retry_after: 1,
      });
    await this.fold.settled();
    return this.denials.before(action, atMs ?? Date.now() + SLACK_MS);
  }

  healthy(): boolean {
    return this.fold.healthy();
  }

  close(): Promise<void> {
    return this.fold.close();
  }
}

const denialOf = (resolved: RequestResolved, at: number): Denial => {
  const { tenant, agent_id, action_type, target, digest, earlier_digests } = resolved;
  const { action_id, request_id, reviewer_id, reason } = resolved;
  return {
    ...{ tenant, agent_id, action_type, target, digest, earlier_digests },
    ...{ action_id, request_id, reviewer_id, reason, at },
  };
};
