import type { PolicyVersion } from '../policy-version.js';

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
  /** Versions that only watch, of any tenant. */
  readonly watching?: readonly PolicyVersion[];
}
