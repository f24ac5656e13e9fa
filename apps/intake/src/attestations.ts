import { canonicalize, CountersignError, pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { AttestationFault, verifyAttestation } from '@countersign/token';
import type { AttestationIssuer, Attested } from '@countersign/token';
import { isJsonObject } from './action-body.js';

export type FindProvider = (tenant: string, providerId: string) => AttestationIssuer | null;

const NAME = 'attestations';

/**
 * The action with what named providers attest of it. The tokens themselves go no further.
 * @param body the admitted body
 * @param nowMs UTC epoch milliseconds
 * @throws CountersignError `invalid_action` with the pointer of the first attestation that does not count
 */
export async function attest(
  action: ActionProposed,
  body: JsonValue | undefined,
  find: FindProvider,
  nowMs: number,
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
  return { ...action, attestations: canonicalize(found as unknown as JsonValue) };
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
