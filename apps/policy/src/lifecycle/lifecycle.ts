import { CountersignError } from '@countersign/canonical';
import type { PolicyPublished, PolicyStateChanged } from '@countersign/events';
import type { CheckedRoster, CompiledActivation } from '@countersign/policy';
import type { ApprovalClaims } from '@countersign/sdk';
import type { Logger, Reviewer } from '@countersign/service';
import type { PolicyStore } from '../policy-log.js';
import { madeOf, proposedFrom, releasedFacts } from './released-change.js';
import { prospectOf } from './prospect.js';
import type { Prospect } from './prospect.js';
import { refusedFor } from './reason.js';
import type { Redemptions } from './redemption.js';
import type { ActivateRequest, StateRequest } from './requests.js';
import { requireAuthor, requireOwner, subjectOf } from './subject.js';
import type { Subject, WantedState } from './subject.js';

export interface LifecycleOptions {
  readonly policies: PolicyStore;
  readonly redemptions: Redemptions;
  /** Who exists, for the reach of quorums; null: not known. */
  readonly roster: () => CheckedRoster | null;
  /** The tenant whose people change the policies of every tenant; null: nobody does. */
  readonly sharedTenant: string | null;
  /** What a version needs where no version is active yet. */
  readonly floor: CompiledActivation;
  readonly log: Logger;
}

type Cause = Pick<PolicyStateChanged, 'by' | 'reason' | 'action_id'>;

const HOW_TO_ASK =
  'people must approve this: submit what GET …/versions/{version}/change gives as an action, then POST …/activate';

const MADE = {
  code: 'already_made',
  detail: 'this approval was used once, and other changes followed it: propose the change anew',
} as const;

/** Moves versions from state to state; what people must approve moves only by their approval. */
export class Lifecycle {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LifecycleOptions) {}

  /** @throws CountersignError `forbidden` */
  async publish(published: PolicyPublished, reviewer: Reviewer): Promise<void> {
    requireAuthor(reviewer);
    requireOwner(published.tenant, reviewer, this.options.sharedTenant);
    await this.options.policies.append([{ name: 'PolicyPublished', event: published }]);
  }

  subject(tenant: string, name: string, version: number): Subject {
    return subjectOf(this.options.policies.current(), tenant, name, version);
  }

  prospect(tenant: string, subject: Subject, wanted: WantedState): Prospect {
    const { policies, roster, floor } = this.options;
    return prospectOf(subject, wanted, { history: policies.current(), roster: roster(), tenant, floor });
  }

  /** A change that nobody must approve. @throws CountersignError `forbidden`, `approval_required`, `change_refused` */
  change(reviewer: Reviewer, name: string, version: number, wanted: StateRequest): Promise<Subject> {
    return this.oneByOne(async () => {
      const subject = this.own(reviewer, name, version);
      const { needsApproval, reasons } = this.prospect(reviewer.tenant, subject, wanted);
      if (needsApproval) throw new CountersignError('approval_required', HOW_TO_ASK);
      if (reasons.length > 0) throw refusedFor(reasons);
      await this.append(subject, wanted, { by: reviewer.subject, reason: wanted.reason, action_id: null });
      return subject;
    });
  }

  /**
   * A change that people approved: verified, redeemed, appended, read back, reported, in this order. Made again after a
   * crash between two of these it goes on where it stopped. An approval makes its change once: afterwards it is only
   * said that it was made, and not even that once another change followed.
   * @throws CountersignError `forbidden`, `change_refused`, or why the token is refused
   */
  activate(
    reviewer: Reviewer,
    name: string,
    request: ActivateRequest,
  ): Promise<{ subject: Subject; repeated: boolean }> {
    return this.oneByOne(async () => {
      const subject = this.own(reviewer, name, request.version);
      const { redemptions } = this.options;
      const parameters = await redemptions.released(request.token, reviewer.tenant);
      const facts = releasedFacts(subject.record.published.name, reviewer.tenant, parameters);
      const claims = await redemptions.verify(request.token, facts);
      const from_version = proposedFrom(subject, request, parameters);
      const action_id = actionOf(claims);
      const repeated = this.options.policies.current().isSpent(action_id);
      if (!repeated) {
        this.check(subject, request, { tenant: reviewer.tenant, from_version });
        await redemptions.redeem(request.token, claims, facts);
        await this.append(subject, request, { by: reviewer.subject, reason: request.reason, action_id });
      }
      if (subject.line.standing(request.version)?.action_id !== action_id) throw refusedFor([MADE]);
      await this.report(reviewer.tenant, action_id, madeOf(parameters));
      return { subject, repeated };
    });
  }

  private own(reviewer: Reviewer, name: string, version: number): Subject {
    requireAuthor(reviewer);
    const subject = this.subject(reviewer.tenant, name, version);
    requireOwner(subject.record.published.tenant, reviewer, this.options.sharedTenant);
    return subject;
  }

  /** @throws CountersignError `change_refused` */
  private check(subject: Subject, wanted: WantedState, asked: { tenant: string; from_version: number | null }): void {
    const active = subject.line.active()?.version ?? null;
    const detail = `version ${active ?? 'none'} is active now, and not ${asked.from_version ?? 'none'} as when it was approved`;
    if (active !== asked.from_version) throw refusedFor([{ code: 'active_version_changed', detail }]);
    const { reasons } = this.prospect(asked.tenant, subject, wanted);
    if (reasons.length > 0) throw refusedFor(reasons);
  }

  private async append({ record }: Subject, { state, mode }: WantedState, cause: Cause): Promise<void> {
    const { tenant, name, content_hash } = record.published;
    const what = { tenant, name, content_hash, version: record.version, state, mode };
    const event: PolicyStateChanged = { ...what, ...cause, changed_at: Date.now() };
    await this.options.policies.append([{ name: 'PolicyStateChanged', event }]);
  }

  /** The change is made; that nobody hears of it must not undo it. The same call again reports it. */
  private async report(tenant: string, action_id: string, result: Parameters<Redemptions['report']>[2]): Promise<void> {
    const { redemptions, log } = this.options;
    await redemptions.report(tenant, action_id, result).catch((fault: unknown) => {
      log.warn('outcome of a policy change not reported', { tenant, action_id, fault });
    });
  }

  /** What one change finds must still hold when it is appended. */
  private oneByOne<T>(change: () => Promise<T>): Promise<T> {
    const next = this.last.then(change, change);
    this.last = next.catch(() => undefined);
    return next;
  }
}

/** @throws CountersignError `change_refused` for a token on the policy's own authority: no policy changes by itself */
function actionOf({ authorization_details: [released] }: ApprovalClaims): string {
  if (released !== undefined && released.approvers.length > 0) return released.action_id;
  throw refusedFor([
    { code: 'not_approved_by_people', detail: 'nobody approved this; a policy does not change by itself' },
  ]);
}
