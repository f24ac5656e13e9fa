import { canonicalize } from '@countersign/canonical';
import type { Client } from '../client.js';
import { SdkError } from '../errors.js';
import { propose } from '../propose.js';
import type { ActionDocument, Proposal } from '../types.js';

/**
 * Proposes a call. One that is sent again under its key is the action that it was at first, although the facts that are
 * read from the world for it may have changed since, not least by its own effect.
 * @throws SdkError `duplicate_request` when the key was used for other parameters, or they cannot be compared
 */
export async function proposedOnce(client: Client, proposal: Proposal, key: string): Promise<ActionDocument> {
  try {
    return (await propose(client, proposal, key)).action;
  } catch (error) {
    if (!(error instanceof SdkError) || error.code !== 'duplicate_request') throw error;
    const earlier = await actionOfKey(client, key);
    if (earlier === undefined || !isSame(earlier, proposal)) throw error;
    return earlier;
  }
}

async function actionOfKey(client: Client, key: string): Promise<ActionDocument | undefined> {
  const path = `/v1/actions?idempotency_key=${encodeURIComponent(key)}`;
  const { body } = await client.intake.send({ method: 'GET', path });
  return (body as unknown as { items: ActionDocument[] }).items[0];
}

const isSame = ({ action_type, environment, effective }: ActionDocument, proposal: Proposal): boolean =>
  action_type === proposal.action_type &&
  environment === proposal.environment &&
  effective?.changed === false &&
  canonicalize(effective.parameters) === canonicalize(proposal.parameters);
