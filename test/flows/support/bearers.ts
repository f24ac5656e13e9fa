import { TENANT } from './world.js';
import { world } from './system.js';

/** The whole `Authorization` header of a person of the roster. */
export async function bearerOf(subject: string, tenant = TENANT): Promise<string> {
  const body = JSON.stringify({ subject, tenant });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${world().local.issuer_url}/dev/token`, { method: 'POST', headers, body });
  return `Bearer ${((await answer.json()) as { access_token: string }).access_token}`;
}

/** The whole `Authorization` header of an agent or executor of the tenant. */
export function keyOf(id: string): string {
  const { agents, executors } = world().local;
  const agent = agents.find((one) => one.agent_id === id && one.tenant === TENANT);
  const executor = executors.find((one) => one.executor_id === id && one.tenant === TENANT);
  return `Bearer ${(agent ?? executor)?.api_key ?? ''}`;
}
