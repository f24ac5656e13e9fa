import { createClient, type Client } from '@countersign/sdk';
import { agentClient } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { agentOf, readLocalSystem } from '../shared/local-system.js';
import type { GateSurroundings } from './gate.config.js';

export interface PipelineCaller {
  client: Client;
  tenant: string;
}

/** The agent as whom a pipeline speaks: what its variables say, else an agent of the local system. */
export async function pipelineCaller(
  agentOptions: { agent: string; tenant?: string },
  { system, incomplete }: Pick<GateSurroundings, 'system' | 'incomplete'>,
  retryForMs?: number,
): Promise<PipelineCaller> {
  if (incomplete.length > 0) throw wrongUse(`Set ${incomplete.join(' and ')} as well.`);
  if (system !== null) return { client: createClient({ ...system, retryForMs }), tenant: system.tenant };
  const local = await readLocalSystem();
  const agent = agentOf(local, agentOptions.agent, agentOptions.tenant);
  return { client: agentClient(local, agent, retryForMs), tenant: agent.tenant };
}
