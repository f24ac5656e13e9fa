import type { AcceptedVote, DecidedAction } from '@countersign/metrics';
import type { Scene } from './story-events.js';

/** What an analyst should find, written down while the events are made and never read back from them. */
export interface Told {
  readonly tenant: string;
  readonly action: DecidedAction;
  /** Names of agent, model and policy, in `facts` and `policy`. */
  readonly scene: Scene;
  readonly decided_at: number;
  readonly votes: readonly (AcceptedVote & { readonly vote_id: string })[];
  readonly escalations: number;
  /** What became of it in the release queue; null when it never was there. */
  readonly hold: Hold | null;
}

/** Times are UTC epoch milliseconds; `by` is who did it, `clock` for the clock. */
export interface Hold {
  readonly held_at: number;
  readonly ended: { readonly status: 'released' | 'recalled'; readonly at: number; readonly by: string } | null;
}
