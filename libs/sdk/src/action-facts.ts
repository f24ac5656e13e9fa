import { actionDigest } from '@countersign/canonical';
import type { ActionFacts, JsonObject, Proposal } from './types.js';

/** Digest of what is about to run; absent members count as null. Any changed byte of the parameters changes it. */
export function digestOfAction(facts: ActionFacts): string {
  const { on_behalf_of = null, target = null, preconditions = null } = facts;
  const { tenant, agent_id, action_type, environment, parameters } = facts;
  return actionDigest({ tenant, agent_id, action_type, environment, on_behalf_of, target, parameters, preconditions });
}

/** The digested members of a proposal, with the parameters that are to run. */
export function factsOf(tenant: string, proposal: Proposal, parameters: JsonObject): ActionFacts {
  const { action_type, environment, on_behalf_of, target, preconditions } = proposal;
  return {
    tenant,
    agent_id: proposal.agent.id,
    ...{ action_type, environment, on_behalf_of, target, preconditions, parameters },
  };
}
