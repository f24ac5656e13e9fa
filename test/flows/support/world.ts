import {
  digestOfAction,
  factsOf,
  propose,
  redeem,
  waitForDecision,
  type ActionDocument,
  type ActionFacts,
  type Client,
  type Proposal,
  type Redemption,
} from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import { agentClient, executorClient, signIn, type Person } from '../../../apps/cli/src/shared/callers.js';
import { query } from '../../../apps/cli/src/shared/clickhouse.js';
import { agentOf, executorOf, reviewerOf, type LocalSystem } from '../../../apps/cli/src/shared/local-system.js';
import { castVote, type Ballot } from '../../../apps/cli/src/shared/vote.js';

export const TENANT = 'acme';

/** A running system as agents, executors, reviewers and analysts see it. */
export interface World {
  local: LocalSystem;
  agent(id?: string): Client;
  executor(id?: string): Client;
  person(subject: string): Promise<Person>;
  /** Proposes under a new key and waits until policy has spoken. */
  decided(proposal: Proposal, key?: string): Promise<ActionDocument>;
  /** The document once it has ended. */
  ended(proposal: Proposal, actionId: string): Promise<ActionDocument>;
  vote(subject: string, action: ActionDocument, ballot: Ballot): Promise<unknown>;
  redeem(token: string, facts: ActionFacts, requestId?: string): Promise<Redemption>;
  rows<T>(sql: string): Promise<T[]>;
}

export const facts = (proposal: Proposal): ActionFacts => factsOf(TENANT, proposal, proposal.parameters);

export function worldOf(local: LocalSystem): World {
  const people = new Map<string, Promise<Person>>();
  const agent = (id = 'refund-agent'): Client => agentClient(local, agentOf(local, id, TENANT));
  const executor = (id = 'payments-executor'): Client => executorClient(local, executorOf(local, id, TENANT));
  const person = (subject: string): Promise<Person> => {
    const known = people.get(subject) ?? signIn(local, reviewerOf(local, subject));
    people.set(subject, known);
    return known;
  };
  return {
    local,
    agent,
    executor,
    person,
    async decided(proposal, key = randomUUID()) {
      const { action } = await propose(agent(proposal.agent.id), proposal, key);
      return waitForDecision(agent(proposal.agent.id), action.action_id, { timeoutMs: 15_000, for: 'decision' });
    },
    ended: (proposal, actionId) => waitForDecision(agent(proposal.agent.id), actionId, { timeoutMs: 15_000 }),
    vote: async (subject, action, ballot) =>
      castVote(await person(subject), action.request?.request_id ?? 'none', ballot),
    redeem: (token, { preconditions = null, ...what }, request_id = randomUUID()) => {
      const action_digest = digestOfAction({ ...what, preconditions });
      return redeem(executor(), { token, action_digest, environment: what.environment, preconditions, request_id });
    },
    rows: (sql) => query(local, sql),
  };
}
