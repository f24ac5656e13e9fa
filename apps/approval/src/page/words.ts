import type { IneligibleRule } from '@countersign/approval';

/** Why this person may not vote. */
export const INELIGIBLE: Readonly<Record<IneligibleRule, string>> = {
  self: 'You may not vote: the action is your own, or runs on your behalf.',
  operator: 'You may not vote: you operate this agent.',
  role: 'You may not vote: the gate asks for a role that you do not have.',
  stage: 'It is not your turn: another stage of the gate is being filled.',
  excluded: 'You may not vote: the gate excludes you, for example as the editor of this version.',
  recused: 'You may not vote: you have stepped aside.',
};

const REFUSED: Readonly<Record<string, string>> = {
  already_voted: 'You have voted on this version already; a vote cannot be changed.',
  already_terminal: 'The request had ended before your answer arrived.',
  stale_packet:
    'The packet has changed since you read it, by a change of the action or by new evidence. Read it again, then vote.',
  evidence_required: 'Evidence is missing. Nobody can approve before it is attached; you can deny.',
  vote_not_offered: 'This request takes other answers.',
  reason_required: 'This gate demands a reason. Write one below, then press again.',
  not_eligible:
    'Your answer was not counted: you were not among those who may give it. Below is whether you may now, and if not, why.',
  too_fast: 'This gate takes an approval only after you have had time to read. Read on, then approve again.',
  unseen: 'You were not shown this request. Open it, then vote.',
  batch_outlier: 'It is unlike the others. Open it by itself, then vote.',
  not_a_batch: 'It is no part of the batch that you read, or there are more than the gate takes at once.',
  frozen: 'A kill switch holds this action.',
  unknown_outcome: 'It is not known whether your answer was counted. Look at the request, then try again.',
  break_glass_not_allowed: 'Policy lets nobody do that here.',
  already_claimed: 'Somebody else is looking at it. You may still vote.',
};
const ACCEPTED: Readonly<Record<string, string>> = {
  approve: 'Your approval is recorded.',
  approve_with_changes: 'Your approval is recorded, for the version that you changed.',
  deny: 'Your denial is recorded.',
  harmful: 'Your answer is recorded: harmful.',
  harmless: 'Your answer is recorded: harmless.',
  unsure: 'Your answer is recorded: unsure.',
  let_go: 'Released, or set to leave at the time you named.',
  break_glass: 'You let it go. Somebody else will review it.',
  recall: 'Recalled: it cannot run any more.',
  claim: 'Others see that you look at it.',
  release: 'You have given it back.',
  comment: 'Your comment is recorded.',
  recuse: 'You have stepped aside.',
  escalate: 'Escalated: those whom the gate names for it may vote too.',
  reassign: 'Handed on.',
};

export interface Notice {
  readonly kind: 'good' | 'bad';
  readonly text: string;
}

/** What was done; only words of ours reach the page, never those of the address. */
export const noticeOf = ({ said }: { readonly said?: string | undefined }): Notice | null =>
  said !== undefined && Object.hasOwn(ACCEPTED, said) ? { kind: 'good', text: ACCEPTED[said] ?? '' } : null;

/** Why it was not done, and what to do. `least`: characters of a reason that the gate demands. */
export const refusalNotice = (refused: { readonly code: string; readonly message: string }, least = 1): Notice => ({
  kind: 'bad',
  text: `${REFUSED[refused.code] ?? refused.message}${refused.code === 'reason_required' && least > 1 ? ` It has at least ${least} characters.` : ''}`,
});

/** Why a request is no part of its batch. */
export const OUTLIERS: Readonly<Record<string, string>> = {
  denied_before: 'people denied the like before',
  changed: 'reviewers have changed it',
  hidden_characters: 'hidden characters',
  anomaly: 'somebody states an anomaly',
  size: 'too much to read in a row',
  low_confidence: 'low confidence, or none',
  amount: 'an amount far from the others',
  number: 'a number far from the others',
  novelty: 'unlike what the others share',
};

export type Intent = 'approve' | 'deny';

/** Which button a link meant; it presses none. */
export const intentOf = ({ intent }: { readonly intent?: string | undefined }): Intent | null =>
  intent === 'approve' || intent === 'deny' ? intent : null;
