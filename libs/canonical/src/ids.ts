import { v5 } from 'uuid';
import { canonicalize } from './canonical.js';

/** Namespace of every UUIDv5 (RFC 9562) in Countersign, fixed by the API contract. */
export const NAMESPACE = '6f3f4a52-9c1e-4d7b-8a57-1b0f2e9c7d31';

export type IdPrefix = 'req' | 'vote' | 'grant' | 'dec' | 'lab' | 'frz' | 'pol' | 'ntf' | 'bat' | 'att';

/** UUIDv5 of a name in Countersign's namespace; the same name always yields the same id. */
export const uuid5 = (name: string): string => v5(name, NAMESPACE);

/** `act_` id: one tenant, agent and idempotency key are one action, on every instance and for every retry. */
export const actionId = (tenant: string, agentId: string, idempotencyKey: string): string =>
  `act_${uuid5(canonicalize([tenant, agentId, idempotencyKey]))}`;

/** A prefixed id that follows from its parts alone, so that a repeated computation yields the same id. */
export const derivedId = (prefix: IdPrefix, ...parts: readonly (string | number)[]): string =>
  `${prefix}_${uuid5(canonicalize([prefix, ...parts]))}`;
