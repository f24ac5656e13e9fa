import type { JsonValue } from '@countersign/canonical';

/** `typ` of an approval token; nothing else is accepted, so no other token can stand in for one. */
export const TOKEN_TYPE = 'approval+jwt';
export const TOKEN_ALGORITHM = 'EdDSA';
/** Audience unless the gate names another. */
export const DEFAULT_AUDIENCE = 'urn:countersign:executor';
export const ACTION_DETAIL = 'urn:countersign:action';
/** Longest life of a token, milliseconds. */
export const TOKEN_LIFE_MS = 5 * 60_000;

/** What a token releases, in the form of RFC 9396. */
export interface ActionDetail {
  readonly type: typeof ACTION_DETAIL;
  readonly action_id: string;
  readonly action_type: string;
  readonly action_digest: string;
  /** `name@version`. */
  readonly policy: string;
  readonly approvals: { readonly required: number; readonly given: number };
  /** Subjects of those who approved; empty on policy's authority. */
  readonly approvers: readonly string[];
  /** true when one person let it go in an emergency: fewer approvals are given than required. */
  readonly break_glass?: boolean;
  /** Digest of the diff that the grant is bound to, where the gate is a dry run. */
  readonly diff_digest?: string;
}

/** All claims of an approval token. Times are seconds since the epoch. */
export interface TokenClaims {
  readonly iss: string;
  readonly aud: string;
  /** The proposing agent. */
  readonly sub: string;
  /** The grant id: every token of a grant has the same. */
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly tenant: string;
  readonly env: string;
  readonly authorization_details: readonly [ActionDetail];
}

const isText = (value: JsonValue | undefined): value is string => typeof value === 'string' && value !== '';
const isTime = (value: JsonValue | undefined): value is number => Number.isSafeInteger(value) && (value as number) > 0;

type Members = { readonly [name: string]: JsonValue };
const membersOf = (value: JsonValue | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** The claims when every one of them is there with its type, else the name of the first that is not. */
export function readClaims(payload: JsonValue): TokenClaims | string {
  const claims = membersOf(payload);
  const missing =
    ['iss', 'aud', 'sub', 'jti', 'tenant', 'env'].find((name) => !isText(claims[name])) ??
    ['iat', 'nbf', 'exp'].find((name) => !isTime(claims[name]));
  if (missing !== undefined) return missing;
  return isDetails(claims['authorization_details']) ? (claims as unknown as TokenClaims) : 'authorization_details';
}

function isDetails(details: JsonValue | undefined): boolean {
  if (!Array.isArray(details) || details.length !== 1) return false;
  const detail = membersOf(details[0]);
  return detail['type'] === ACTION_DETAIL && isText(detail['action_id']) && isText(detail['action_digest']);
}
