import { CountersignError, otherBodyUnderKey, redactionKeyOf } from '@countersign/canonical';
import type { RedactionKeys } from '@countersign/canonical';
import { eventId, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { ActionProposed, MacKeys } from '@countersign/events';
import type { Appender } from '@countersign/kafka';
import { decidingDocument } from './action-document.js';
import type { ActionDocument } from './action-document.js';
import { admit } from './admit.js';
import type { Proposer, Submission } from './admit.js';
import type { ApprovalClient, KnownAction, Scope } from './approval-client.js';
import type { Until } from './queries.js';
import { attest } from './attestations.js';
import { checkLinks } from './check-links.js';
import { checkSize } from './check-size.js';
import type { AttestOptions, FindProvider } from './attestations.js';
import { KnownLookup } from './known-lookup.js';
import { RecentProposals } from './recent-proposals.js';
import type { RecentProposal } from './recent-proposals.js';
import type { ActionTypesLog } from './action-types-log.js';

export interface ProposalsOptions {
  readonly appender: Appender;
  readonly approval: ApprovalClient;
  readonly macKeys: MacKeys;
  readonly redactionKeys: RedactionKeys;
  readonly findProvider: FindProvider;
  readonly actionTypes: Pick<ActionTypesLog, 'termsOf'>;
}

export interface Read {
  readonly action_id: string;
  readonly scope: Scope;
  readonly waitMs: number;
  readonly until: Until;
  /** With `until: 'change'`: the version that the caller has. */
  readonly seen?: string;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  readonly token: boolean;
}

const APPEND_DEADLINE_MS = 5_000;
// An answer without the decision is right as well, so it need not be late.
const DECISION_GRACE_MS = 300;

/** Admission of proposals, the same for every door. */
export class Proposals {
  private readonly recent = new RecentProposals();
  private readonly lookup: KnownLookup;

  constructor(private readonly options: ProposalsOptions) {
    this.lookup = new KnownLookup((actions) => options.approval.known(actions));
  }

  /**
   * Puts a proposal into the log, once for each key.
   * @param traceparent W3C Trace Context of the caller, if any
   * @returns the proposal; `appended` resolved to true when the same one was there before
   * @throws CountersignError as `admit` does; `duplicate_request` when the key was used for another body; `overloaded` or
   * `unknown_outcome` when the log or approval cannot be reached: the same key makes a retry safe
   */
  async submit(
    submission: Submission,
    proposer: Proposer,
    traceparent?: string,
  ): Promise<{ proposal: RecentProposal; replayed: boolean }> {
    const nowMs = Date.now();
    const { redactionKeys: keys, actionTypes } = this.options;
    const termsOf = actionTypes.termsOf.bind(actionTypes);
    const action = admit(submission, proposer, { keys, termsOf, nowMs });
    const earlier = this.recent.get(action.action_id);
    if (earlier) {
      refuseOtherBody(earlier, action.body_hash);
      await earlier.appended;
      return { proposal: earlier, replayed: true };
    }
    const proposal = this.recent.add(action, this.appendOnce(action, submission, traceparent), nowMs);
    return { proposal, replayed: await proposal.appended };
  }

  /**
   * Waits for the decision. Never fails for an outage: the proposal is in the log, and says so.
   * @throws CountersignError `duplicate_request` when another body won the key
   */
  async awaitDecision(proposal: RecentProposal, waitMs: number): Promise<ActionDocument> {
    const { action_id, tenant, agent_id } = proposal;
    const known = await this.options.approval
      .watch({
        action_id,
        scope: { tenant, agent_id },
        waitMs,
        until: 'decision',
        token: true,
        expected: true,
        graceMs: DECISION_GRACE_MS,
      })
      .catch(whenOverloaded(null));
    if (known) refuseOtherBody(known, proposal.body_hash);
    return known?.document ?? decidingDocument(proposal.deciding);
  }

  /** What is known of an action, or null. @throws CountersignError `overloaded` */
  async read(read: Read): Promise<ActionDocument | null> {
    return (await this.readVersion(read))?.document ?? null;
  }

  /** As `read`, with the version of the document. @throws CountersignError `overloaded` */
  async readVersion(read: Read): Promise<Pick<KnownAction, 'document' | 'version'> | null> {
    const mine = this.ownRecent(read);
    const known = await this.options.approval.watch({ ...read, expected: mine !== null });
    return known ?? (mine && { document: decidingDocument(mine.deciding), version: 'deciding' });
  }

  private ownRecent({ action_id, scope: { tenant, agent_id } }: Read): RecentProposal | null {
    const recent = this.recent.get(action_id);
    return recent?.tenant === tenant && (agent_id === null || recent.agent_id === agent_id) ? recent : null;
  }

  /** @returns true when the same proposal was in the log before */
  private async appendOnce(
    action: ActionProposed,
    { body }: Submission,
    traceparent: string | undefined,
  ): Promise<boolean> {
    const { tenant, action_id } = action;
    const body_hash = await this.lookup.bodyHash({ tenant, action_id });
    if (body_hash !== null) {
      refuseOtherBody({ body_hash }, action.body_hash);
      return true;
    }
    // Only now: a retry is the same action also when its attestations have expired since.
    await checkLinks(action, { approval: this.options.approval, recent: this.recent });
    const attested = await attest(action, body, this.attestOptions(action));
    checkSize(attested);
    await this.options.appender.append([this.record(attested, traceparent)], { deadlineMs: APPEND_DEADLINE_MS });
    return false;
  }

  private attestOptions({ tenant, action_type, submitted_at: nowMs }: ActionProposed): AttestOptions {
    const { redactionKeys: keys, actionTypes, findProvider: find } = this.options;
    const { sensitive } = actionTypes.termsOf(tenant, action_type);
    return { find, nowMs, sensitive, key: redactionKeyOf(keys, tenant) };
  }

  private record(action: ActionProposed, traceparent: string | undefined) {
    const key = recordKey(action.tenant, action.action_id);
    return toRecord({
      ...{ topic: TOPICS.actions, name: 'ActionProposed' as const, event: action, key, traceparent },
      id: eventId('ActionProposed', action.tenant, action.action_id, action.body_hash),
      timeMs: action.submitted_at,
      service: 'intake',
      macKeys: this.options.macKeys,
    });
  }
}

function refuseOtherBody({ body_hash }: { body_hash: string }, bodyHash: string): void {
  if (body_hash !== bodyHash) throw otherBodyUnderKey();
}

const whenOverloaded =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof CountersignError && error.code === 'overloaded') return instead;
    throw error;
  };
