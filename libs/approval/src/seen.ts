import type { VoteCast } from '@countersign/events';
import { refuse } from './facts.js';
import type { Refusal } from './facts.js';
import { personKey } from './state.js';
import type { RequestState } from './state.js';

/**
 * What is wrong with an approval that came with others: each has to be of a packet that this person was shown, by
 * itself or as a part of the one batch that the call names. A vote by itself is not asked.
 */
export function judgeSeen({ gate, shown, rows }: RequestState, cast: VoteCast): Refusal | null {
  if (cast.batch_approvals === null) return null;
  const person = personKey(cast.issuer, cast.subject);
  const row = rows?.get(person);
  if (row === undefined) return shown?.has(person) === true ? null : refuse('unseen');
  if (row.outlier !== null) return refuse('batch_outlier', row.outlier);
  const isOfBatch = row.batch === cast.batch && gate.batch_fields.length > 0;
  return isOfBatch && cast.batch_approvals <= gate.batch_max ? null : refuse('not_a_batch');
}
