import { actionId, canonicalize, isEnvironment, type JsonValue } from '@countersign/canonical';
import { digestOfAction } from '@countersign/sdk';
import type { ActionDocument, ActionFacts, Environment, JsonObject, Proposal } from '@countersign/sdk';
import { createHash } from 'node:crypto';
import type { RuleEvent } from './rule-event.js';

const AGENT_VERSION = 'github-gate';

export interface RuleOptions {
  agentId: string;
  actionType: string;
  tenant: string;
}

/** Environments of GitHub have any name; one that is not known here is treated as production. */
function environmentOf(name: string): Environment {
  const known = name.toLowerCase();
  return isEnvironment(known) ? known : 'production';
}

/** The proposal of a deployment that waits at GitHub. What is needed to answer is in it, so nothing else is stored. */
export function ruleProposal(event: RuleEvent, { agentId, actionType }: RuleOptions): Proposal {
  const { repository, environment, sha, ref, deployment_id } = event;
  const runId = event.callback_url.split('/').at(-2) ?? '';
  return {
    ...{
      run_id: `github-${repository}-${runId}`,
      agent: { id: agentId, version: AGENT_VERSION },
      model: { id: 'none' },
    },
    ...{ action_type: actionType, environment: environmentOf(environment), target: `repository:${repository}` },
    parameters: { ...event, head: sha } as unknown as JsonObject,
    rationale: `Deployment ${deployment_id} of ${ref || sha} to ${environment} waits at GitHub.`,
  };
}

/** One action for each deployment that waits, however often its webhook is delivered. */
export function ruleKey({ callback_url, deployment_id, environment }: RuleEvent): string {
  const named = [callback_url, deployment_id, environment] as JsonValue;
  return `github-${createHash('sha256').update(canonicalize(named)).digest('hex')}`;
}

/** The digested members of such a proposal, from its parameters alone. */
export function ruleFacts(event: RuleEvent, options: RuleOptions): ActionFacts {
  const { action_type, environment, target, parameters, agent } = ruleProposal(event, options);
  return { tenant: options.tenant, agent_id: agent.id, action_type, environment, target, parameters };
}

/**
 * Whether an action is the one that this event is proposed as: its id is that of the event's key, and what it releases
 * has the digest of the whole proposal. Parameters alone are no proof: an agent may put those of one deployment into an action of another
 * environment, which policy may let pass.
 */
export function isProposalOf(action: ActionDocument, event: RuleEvent, options: RuleOptions): boolean {
  const id = actionId(options.tenant, options.agentId, ruleKey(event));
  return action.action_id === id && action.effective?.digest === digestOfAction(ruleFacts(event, options));
}
