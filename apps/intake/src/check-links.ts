import { CountersignError } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import type { ApprovalClient } from './approval-client.js';
import { notFound } from './queries.js';
import type { RecentProposals } from './recent-proposals.js';

/** Members by which a proposal names an earlier action of the same agent. */
const LINKS = ['supersedes', 'reverses'] as const;

export interface Known {
  readonly approval: Pick<ApprovalClient, 'watch'>;
  readonly recent: RecentProposals;
}

/**
 * A proposal may name own actions only, and such as there are.
 * @throws CountersignError `not_found` with the pointer of the member; `overloaded` when nobody can tell now
 */
export async function checkLinks(action: ActionProposed, known: Known): Promise<void> {
  for (const member of LINKS) {
    const named = action[member];
    if (named !== null && !(await isOwn(named, action, known)))
      throw new CountersignError('not_found', `${member} names no action of this agent`, { pointer: `/${member}` });
  }
}

async function isOwn(
  named: string,
  { tenant, agent_id }: ActionProposed,
  { approval, recent }: Known,
): Promise<boolean> {
  const mine = recent.get(named);
  // What is not in the log yet may never be, the action itself among them.
  if (mine?.isThere && mine.tenant === tenant && mine.agent_id === agent_id) return true;
  const scope = { tenant, agent_id };
  try {
    return (await approval.watch({ action_id: named, scope, waitMs: 0, until: 'decision', token: false })) !== null;
  } catch (fault) {
    if (fault instanceof CountersignError && fault.code === notFound().code) return false;
    throw fault;
  }
}
