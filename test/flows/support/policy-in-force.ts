import { waitForDecision } from '@countersign/sdk';
import type { JsonObject } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import { approve } from './proposals.js';
import { world } from './system.js';

/** A call of the author of policies. */
export async function policy(method: 'GET' | 'POST', path: string, body?: JsonObject): Promise<JsonObject> {
  const { policy: service } = await world().person('una');
  const answer = await service.send({ method, path: `/v1/policies/${path}`, ...(body && { body }) });
  return answer.body as JsonObject;
}

/** Publishes a new policy of a flow, and has people put it in force. */
export async function inForce(name: string, content: string, cases: string): Promise<void> {
  await policy('POST', `${name}/versions`, { content, note: 'flow', cases });
  const { proposal } = await policy('GET', `${name}/versions/1/change?state=active`);
  const who = { run_id: `flow-${randomUUID()}`, agent: { id: 'policy-agent', version: 'v1' }, model: { id: 'none' } };
  const change = await world().decided({ ...who, ...(proposal as object) } as never);
  for (const person of ['ria', 'sam']) await world().vote(person, change, approve);
  const agent = world().agent('policy-agent');
  const { grant } = await waitForDecision(agent, change.action_id, { timeoutMs: 15_000 });
  await policy('POST', `${name}/activate`, { version: 1, token: grant?.token ?? '' });
}
