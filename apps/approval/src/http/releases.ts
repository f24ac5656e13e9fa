import { digestOf } from '@countersign/canonical';
import type { Json } from '@countersign/approval';
import type { ReleaseRequested } from '@countersign/events';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import { accepted } from './refusal.js';
import { requestItem } from './request-view.js';
import type { Votes } from './votes.js';

const reason = z.string().max(2_000).nullish();
export const ReleaseBody = z.strictObject({ release_at: z.iso.datetime().nullish(), reason }).nullish();
export const RecallBody = z.strictObject({ reason }).nullish();

export interface ReleaseCall {
  readonly request_id: string;
  readonly reviewer: Reviewer;
  /** The caller's idempotency key. */
  readonly key: string;
  readonly wish: Pick<ReleaseRequested, 'recall' | 'release_at' | 'reason'>;
}

/** The one way to let a held action go, to set its time, or to take it back. */
export class Releases {
  constructor(
    private readonly judge: Judge,
    private readonly votes: Votes,
  ) {}

  /** @throws CountersignError with the refusal of the door or of the log */
  async ask({ request_id, reviewer, key, wish }: ReleaseCall): Promise<{ request: Json; repeated: boolean }> {
    const { tenant, issuer, subject, roles } = reviewer;
    const { action_id, run_id } = this.votes.request(tenant, request_id).decided;
    const answer = await this.judge.ask('ReleaseRequested', {
      ...{ tenant, action_id, run_id, request_id, issuer, subject, roles },
      ...{ client_request_id: key, body_hash: digestOf({ id: request_id, ...wish }), ...wish },
    });
    const { repeated } = accepted(answer);
    return { request: requestItem(this.votes.request(tenant, request_id), reviewer), repeated };
  }
}
