import type { PolicyVersion } from '../policy-version.js';
import type { Drawer, Draws } from './draw.js';

/** What a decision needs beside the policy and the action. */
export interface Circumstances {
  /** Tenant of the action; shares and samples are drawn from it too. */
  readonly tenant: string;
  /**
   * How many actions of the same agent, version, model and type were approved by people or found harmless; gives null
   * when that is not known. null instead of a function: the rules are asked alone, as by a case or a backtest, and no
   * drift guard speaks.
   */
  readonly evidence: (() => number | null) | null;
  /** Where shares and samples are drawn from; null: a share that cannot be drawn is enforced, nothing is sampled. */
  readonly draws: Draws | null;
  /** Versions that only watch, of any tenant. */
  readonly watching?: readonly PolicyVersion[];
}

/** Who draws, but for the policy; null where nothing can be drawn. */
export type Drawing = Omit<Drawer, 'policy'> | null;

export function drawingOf(circumstances: Circumstances | null): Drawing {
  const draws = circumstances?.draws ?? null;
  return circumstances === null || draws === null ? null : { draws, tenant: circumstances.tenant };
}
