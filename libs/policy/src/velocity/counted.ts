import type { Money } from '@countersign/canonical';

/** What a window held when an action entered it, the action included. */
export interface Counted {
  /** Actions; null when unknown, which never loosens. */
  readonly count: number | null;
  /** Their amounts; null when the window does not sum, and when unknown. */
  readonly sum: Money | null;
  /** Log time at which the action entered, UTC epoch milliseconds. */
  readonly at_ms: number;
  /** Its place in the log: the order of actions that entered in the same millisecond. */
  readonly offset: number;
}

/** What the log says of one action, by `Window.id`. A window that has no entry is unknown. */
export type CountedWindows = Readonly<Record<string, Counted>>;
