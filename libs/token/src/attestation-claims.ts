import { isName, NAME_RULE } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/** `typ` of an attestation: no approval token and no API token can stand in for one. */
export const ATTESTATION_TYPE = 'attestation+jwt';
export const ATTESTATION_AUDIENCE = 'urn:countersign:intake';
/** Longest time from `iat` to `exp`, seconds. */
export const MAX_ATTESTATION_LIFE_S = 24 * 60 * 60;
/** By how much a provider's clock may be ahead, seconds. */
const CLOCK_TOLERANCE_S = 5;
const MAX_SIGNALS = 100;

type Members = { readonly [name: string]: JsonValue };

const isObject = (value: JsonValue | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTime = (value: JsonValue | undefined): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** What every attestation claims. Times are seconds since the epoch. */
export interface AttestationClaims {
  readonly iss: string;
  readonly aud: string;
  readonly tenant: string;
  /** Action digest of the action that the signals are about. */
  readonly about: string;
  readonly iat: number;
  readonly exp: number;
  readonly signals: Members;
}

/** The claims when every one of them is there with its type, else what is wrong with them. */
export function readAttestationClaims(payload: JsonValue): AttestationClaims | string {
  if (!isObject(payload)) return 'its payload is not an object';
  const text = ['iss', 'aud', 'tenant', 'about'].find((name) => typeof payload[name] !== 'string');
  if (text !== undefined) return `its claim ${text} is not a text`;
  const time = ['iat', 'exp'].find((name) => !isTime(payload[name]));
  if (time !== undefined) return `its claim ${time} is not a whole number of seconds`;
  const { signals } = payload;
  const names = isObject(signals) ? Object.keys(signals) : [];
  if (names.length < 1 || names.length > MAX_SIGNALS)
    return `its claim signals is not an object with 1 to ${MAX_SIGNALS} members`;
  if (!names.every(isName)) return `its claim signals has a member whose name is not ${NAME_RULE}`;
  return payload as unknown as AttestationClaims;
}

/** What is wrong with the times at this moment; null when nothing is. @param nowMs UTC epoch milliseconds */
export function timeFault({ iat, exp }: AttestationClaims, nowMs: number): string | null {
  const nowS = nowMs / 1000;
  if (iat > nowS + CLOCK_TOLERANCE_S) return 'its iat is in the future; check the clock of the provider';
  if (exp <= iat) return 'its exp is not after its iat';
  if (exp - iat > MAX_ATTESTATION_LIFE_S) return `it lives longer than ${MAX_ATTESTATION_LIFE_S} seconds`;
  return exp <= nowS ? 'it has expired; ask the provider for a new one' : null;
}
