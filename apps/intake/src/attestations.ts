import { canonicalize, CountersignError, pointerTo } from '@countersign/canonical';
import type { JsonValue, RedactionKey } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { AttestationFault, verifyAttestation } from '@countersign/token';
import type { AttestationIssuer, Attested } from '@countersign/token';
import { isJsonObject } from './action-body.js';
import { hideAttested } from './hide-attested.js';

export type FindProvider = (tenant: string, providerId: string) => AttestationIssuer | null;

export interface AttestOptions {
  readonly find: FindProvider;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
  /** RFC 6901 pointers into the action whose values may not be stored in plain text. */
  readonly sensitive: readonly string[];
  /** The tenant's key for them. */
  readonly key: RedactionKey | undefined;
}

const NAME = 'attestations';

/**
 * The action with what named providers attest of it, keyed hashes for sensitive signals. The tokens go no further.
 * @param body the admitted body
 * @throws CountersignError `invalid_action` with the pointer of the first attestation that does not count
 */
export async function attest(
  action: ActionProposed,
  body: JsonValue | undefined,
  { find, nowMs, sensitive, key }: AttestOptions,
): Promise<ActionProposed> {
  const tokens = tokensOf(body);
  if (tokens.length === 0) return action;
  const { tenant, digest } = action;
  const wanted = { tenant, digest, nowMs, find: (id: string) => find(tenant, id) };
  const found: Attested[] = [];
  for (const [index, token] of tokens.entries()) {
    const attested = await verifyAttestation(token, wanted).catch((fault: unknown) => refuse(index, fault));
    if (found.some(({ provider }) => provider === attested.provider))
      refuse(index, new AttestationFault(`${attested.provider} attests twice; send its latest attestation only`));
    found.push(attested);
  }
  const attestations = canonicalize(found as unknown as JsonValue);
  return hideAttested({ ...action, attestations }, sensitive, key);
}

function tokensOf(body: JsonValue | undefined): string[] {
  const tokens = isJsonObject(body) ? body[NAME] : null;
  return Array.isArray(tokens) ? (tokens as string[]) : [];
}

function refuse(index: number, fault: unknown): never {
  if (!(fault instanceof AttestationFault)) throw fault;
  const detail = `this attestation does not count: ${fault.message}`;
  throw new CountersignError('invalid_action', detail, { pointer: pointerTo(`/${NAME}`, index) });
}
