import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import type { Client } from './client.js';
import { digestOfAction } from './action-facts.js';
import { SdkError } from './errors.js';
import type { ActionFacts } from './types.js';

/** Audience of a token unless its gate names another. */
export const DEFAULT_AUDIENCE = 'urn:countersign:executor';
const ACTION_TYPE = 'urn:countersign:action';
const REQUIRED = ['iss', 'aud', 'sub', 'jti', 'iat', 'nbf', 'exp', 'tenant', 'env', 'authorization_details'];
/** Tokens live 300 s at most; older ones are refused whatever their `exp` says. */
const LONGEST_LIFE_S = 300;
const CLOCK_TOLERANCE_S = 5;

export interface VerifyOptions {
  /** `keys` of the issuer's JWKS; fetch them once with `readKeys` and verify offline. */
  keys: JSONWebKeySet;
  /** Public address of approval, exactly as in `iss`. */
  issuer: string;
  /** Default `urn:countersign:executor`. */
  audience?: string;
  /** Current time; default now. */
  currentDate?: Date;
}

export interface ApprovalClaims extends JWTPayload {
  tenant: string;
  env: string;
  authorization_details: {
    type: string;
    action_id: string;
    action_type: string;
    action_digest: string;
    policy: string;
    approvals: { required: number; given: number };
    approvers: string[];
    /** true when one person let it go in an emergency: fewer approvals are given than required. */
    break_glass?: boolean;
  }[];
}

/** Reads the public keys that approval signs with. An old key stays listed longer than any token lives. */
export async function readKeys(client: Client): Promise<JSONWebKeySet> {
  const answer = await client.approval.send({ method: 'GET', path: '/.well-known/jwks.json' });
  return answer.body as unknown as JSONWebKeySet;
}

function refusal(cause: unknown): SdkError {
  if (cause instanceof errors.JWTExpired) return new SdkError('expired', 'The token has expired.', { cause });
  if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'aud') {
    return new SdkError('wrong_audience', 'The token is meant for another audience.', { cause });
  }
  return new SdkError('invalid_token', 'The token is not a valid approval token.', { cause });
}

async function claimsOf(token: string, options: VerifyOptions): Promise<ApprovalClaims> {
  if (!options.issuer) throw new SdkError('wrong_use', 'Verifying a token needs its issuer: the address of approval.');
  try {
    const verified = await jwtVerify<ApprovalClaims>(token, createLocalJWKSet(options.keys), {
      algorithms: ['EdDSA'],
      typ: 'approval+jwt',
      issuer: options.issuer,
      audience: options.audience ?? DEFAULT_AUDIENCE,
      requiredClaims: REQUIRED,
      maxTokenAge: LONGEST_LIFE_S,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: options.currentDate,
    });
    return verified.payload;
  } catch (cause) {
    throw refusal(cause);
  }
}

function checkBinding(claims: ApprovalClaims, action: ActionFacts): void {
  const details = Array.isArray(claims.authorization_details) ? claims.authorization_details : [];
  const [released] = details;
  if (details.length !== 1 || released?.type !== ACTION_TYPE) {
    throw new SdkError('invalid_token', 'The token does not release exactly one action.');
  }
  if (claims.env !== action.environment) {
    throw new SdkError('wrong_environment', `The token is for ${String(claims.env)}.`);
  }
  const same = claims.tenant === action.tenant && claims.sub === action.agent_id;
  if (!same || released.action_digest !== digestOfAction(action)) {
    throw new SdkError('action_digest_mismatch', 'What is about to run is not what was approved.');
  }
}

/**
 * Verifies a token offline against what is about to run: signature (EdDSA only), type, issuer, audience, life, and the
 * digest recomputed from `action`. It does not consume the grant; `redeem` does.
 * @throws SdkError `invalid_token`, `wrong_audience`, `wrong_environment`, `expired` or `action_digest_mismatch`
 */
export async function verifyToken(token: string, action: ActionFacts, options: VerifyOptions): Promise<ApprovalClaims> {
  const claims = await claimsOf(token, options);
  checkBinding(claims, action);
  return claims;
}
