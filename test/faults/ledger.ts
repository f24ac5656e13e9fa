/** What kind of life an action leads: how policy decides and what people do. */
export type Kind = 'allowed' | 'one' | 'denied' | 'two' | 'contested';

export interface LedgerVote {
  readonly subject: string;
  readonly vote: 'approve' | 'deny';
  readonly voteId: string;
}

/** What the outside world knows of one action, from answers alone. */
export interface LedgerAction {
  readonly actionId: string;
  readonly kind: Kind;
  /** Votes that were acknowledged. */
  readonly votes: LedgerVote[];
  /** `request_id`s whose redemption was answered `ok`. */
  readonly redeemed: string[];
  /** Redemption attempts that were sent. */
  redemptions: number;
  outcome: boolean;
  /** Last status that the agent was shown. */
  status: string;
  /** Everything else that should not have happened, in words. */
  readonly wrongs: string[];
}

/** Every acknowledged call, kept apart from the system under test. */
export class Ledger {
  readonly actions = new Map<string, LedgerAction>();

  acknowledge(actionId: string, kind: Kind): LedgerAction {
    const action: LedgerAction = {
      actionId,
      kind,
      votes: [],
      redeemed: [],
      redemptions: 0,
      outcome: false,
      status: 'deciding',
      wrongs: [],
    };
    this.actions.set(actionId, action);
    return action;
  }

  get size(): number {
    return this.actions.size;
  }
}

/** People that must approve before anything is released. */
export const APPROVALS: Record<Kind, number> = { allowed: 0, one: 1, denied: 1, two: 2, contested: 1 };
