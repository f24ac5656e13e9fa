import type { PolicyAction } from '../action.js';
import type { Cell } from '../compiled.js';

/** A cell of the matrix as the checks see it. */
export interface CheckedCell {
  readonly cell: string;
  readonly approval: Cell['approval'];
  readonly gate: string | null;
  /** An action that stands there; null when none was found. */
  readonly witness: PolicyAction | null;
}
