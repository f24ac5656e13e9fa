import type { PolicyAction } from '../action.js';

/**
 * Keyed draws. What an agent can choose must decide nothing about it, so the places come from a secret that only the
 * service that decides has.
 */
export interface Draws {
  /** Names the key that the places come from; stands in the decision, so that it can be drawn again later. */
  readonly keyId: string;
  /**
   * The place of these parts, 0 or more and below 1: uniform, the same for equal parts and the same key, and not to be
   * told without the key. The first part says what is drawn for.
   */
  readonly place: (parts: readonly string[]) => number;
}

/** Who draws: a tenant's policy. */
export interface Drawer {
  readonly draws: Draws;
  readonly tenant: string;
  readonly policy: string;
}

/**
 * The place of an action in a partial rollout; null where the agent is not known. It is drawn over the agent and what
 * the action is about and not over its id, so that asking again draws nothing new. Whoever is in at 10 % is also in at
 * 20 %.
 */
export function sharePlace({ draws, tenant, policy }: Drawer, action: PolicyAction): number | null {
  const { agent_id, target, on_behalf_of } = action;
  if (agent_id === undefined) return null;
  return draws.place(['share', tenant, policy, agent_id, target ?? on_behalf_of ?? agent_id]);
}

/** The place of an action in the draw for a random audit. */
export const auditPlace = ({ draws, tenant, policy }: Drawer, actionId: string): number =>
  draws.place(['audit', tenant, policy, actionId]);
