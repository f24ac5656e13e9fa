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
  already_terminal: 'The request had ended before your vote arrived.',
  stale_packet: 'The packet has changed since you read it. Read it again, then vote.',
  vote_not_offered: 'This request takes other answers.',
  reason_required: 'This gate demands a reason. Write one below, then vote again.',
  not_eligible:
    'Your vote was not counted: you were not among those who may vote. Below is whether you may now, and if not, why.',
  too_fast: 'This gate takes an approval only after you have had time to read. Read on, then approve again.',
  frozen: 'A kill switch holds this action.',
  unknown_outcome: 'It is not known whether the vote was counted. Look at the request, then try again.',
};
const ACCEPTED: Readonly<Record<string, string>> = {
  approve: 'Your approval is recorded.',
  deny: 'Your denial is recorded.',
  harmful: 'Your answer is recorded: harmful.',
  harmless: 'Your answer is recorded: harmless.',
  unsure: 'Your answer is recorded: unsure.',
};

export interface Notice {
  readonly kind: 'good' | 'bad';
  readonly text: string;
}

/** What the last attempt answered; only codes from the address, never its text, reach the page. */
export function noticeOf({ said, refused }: { readonly said?: string; readonly refused?: string }): Notice | null {
  if (said !== undefined && Object.hasOwn(ACCEPTED, said)) return { kind: 'good', text: ACCEPTED[said] ?? '' };
  if (refused === undefined) return null;
  return {
    kind: 'bad',
    text: Object.hasOwn(REFUSED, refused) ? (REFUSED[refused] ?? '') : 'The vote was not accepted.',
  };
}

export type Intent = 'approve' | 'deny';

/** Which button a link meant; it presses none. */
export const intentOf = ({ intent }: { readonly intent?: string | undefined }): Intent | null =>
  intent === 'approve' || intent === 'deny' ? intent : null;
