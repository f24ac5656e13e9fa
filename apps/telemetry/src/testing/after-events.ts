import { derivedId } from '@countersign/canonical';
import type { LabelRecorded, OutcomeRecorded } from '@countersign/events';
import type { Scene } from './story-events.js';

/** What an executor reports. @param recorded_at UTC epoch milliseconds */
export const outcome = ({ facts }: Scene, status: string, recorded_at: number): OutcomeRecorded => ({
  ...facts,
  ...{ reported_by: 'executor-a', status, result: null, post_checks: null, post_checks_failed: 0 },
  ...{ outcome_without_redemption: false, occurred_at: null, recorded_at },
});

/** A label that somebody gave: the `index`-th of its action. @param observed_at UTC epoch milliseconds */
export function labelled({ facts }: Scene, label: string, index: number, observed_at: number): LabelRecorded {
  const { agent_version: _v, model_id: _m, submitted_at: _s, decided_at: _d, ...about } = facts;
  return {
    ...about,
    ...{ label_id: derivedId('lab', about.action_id, index), label, source: 'audit', labelled_by: 'lou', note: null },
    ...{ sample_probability: null, observed_at },
  };
}
