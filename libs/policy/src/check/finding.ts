import type { PolicyAction } from '../action.js';

/** What the static checks may say of a policy. The codes are stable. */
export type FindingCode =
  | 'agent_stated_allow'
  | 'cells'
  | 'dead_rule'
  | 'empty_list_allows'
  | 'escalates_to_nobody'
  | 'fail_open'
  | 'gap'
  | 'long_memory'
  | 'looser_default'
  | 'looser_than_yes'
  | 'only_here'
  | 'overlap'
  | 'several_in_one_text'
  | 'two_audiences'
  | 'undefined_cell'
  | 'units'
  | 'unproven'
  | 'unreachable_quorum';

export type Severity = 'error' | 'warning' | 'info';

/** One remark of the static checks. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly message: string;
  /** Action type that it speaks of, where it speaks of one. */
  readonly action_type?: string;
  readonly rule?: string;
  /** Member names from the top of the file; a name in a list stands for the element with that name. */
  readonly path: readonly string[];
  /** A whole example action. */
  readonly witness?: PolicyAction;
}

/** A finding with its place in a file. */
export interface PlacedFinding extends Finding {
  readonly file: string;
  /** 1 or more. */
  readonly line: number;
  /** 1 or more. */
  readonly column: number;
}

/** Who exists: as in the roster of a system. */
export interface CheckedRoster {
  readonly reviewers: readonly {
    readonly subject: string;
    readonly tenant: string;
    readonly roles: readonly string[];
  }[];
  /** Whose operators may not approve; without agents nobody is left out. */
  readonly agents?: readonly {
    readonly tenant: string;
    readonly agent_id: string;
    readonly operators: readonly string[];
  }[];
  /** Tenants where somebody's roles are the access token's own: nobody can say who there fits a gate. */
  readonly unknown?: readonly string[];
}
