import { share } from './facts.js';
import type { DecidedAction, Rate } from './facts.js';

/** What people said of actions that ran anyway. None of it is in any other metric of decisions. */
export interface Advisory {
  /** Actions whose decision opened an advisory request. */
  readonly requests: number;
  /** Of those: people answered, before or after the outcome. */
  readonly answered: number;
  /** Answered with a denial, of all answered. */
  readonly would_have_denied: Rate;
  /** Answered as the rules say, of all answered: denied where they deny, approved where they do not. */
  readonly agreement: Rate;
}

const agrees = ({ advice, policy_decision }: DecidedAction): boolean =>
  (advice === 'denied') === (policy_decision === 'deny');

export function advisory(actions: readonly DecidedAction[]): Advisory {
  const requests = actions.filter(({ request_kind }) => request_kind === 'advisory');
  const answered = requests.filter(({ advice }) => advice !== null);
  return {
    requests: requests.length,
    answered: answered.length,
    would_have_denied: share(answered, ({ advice }) => advice === 'denied'),
    agreement: share(answered, agrees),
  };
}
