import { approvalsOf, diffDigest, glassBroken, isBacked } from '@countersign/approval';
import type { ActionState, GrantState, MintedToken } from '@countersign/approval';
import { checkToken, mintToken } from '@countersign/token';
import type { PublicKeySet, SigningKeys, TokenClaims, TokenGrant } from '@countersign/token';

/** Tokens of folded grants: minted for the proposing agent, checked at the executors' door. */
export class ApprovalTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly issuer: string,
  ) {}

  /** A fresh token of an action whose grant is issued; null for every other action. */
  mint(action: ActionState, nowMs: number): Promise<MintedToken | null> {
    const { grant, request } = action;
    const releases = grant?.authority === 'policy' || (request !== null && isBacked(action, request));
    if (grant?.status !== 'issued' || !releases) return Promise.resolve(null);
    return mintToken(this.keys, this.issuer, grantOf(action, grant), nowMs);
  }

  /** @throws CountersignError `invalid_token` */
  check(token: string): Promise<TokenClaims> {
    return checkToken(this.keys, this.issuer, token);
  }

  publicKeys(): Promise<PublicKeySet> {
    return this.keys.publicKeys();
  }
}

/** All claims come from the fold. */
function grantOf(action: ActionState, grant: GrantState): TokenGrant {
  const { decided, request } = action;
  const { grant_id, tenant, agent_id, environment, action_id, action_type, policy_name, policy_version } = decided;
  const people = grant.authority === 'policy' ? null : request;
  const glass = glassBroken(action);
  const approvers =
    glass === null ? (people?.votes ?? []).filter(({ counted, vote }) => counted && vote !== 'deny') : [glass];
  const diff_digest = diffDigest(action);
  return {
    ...{ grant_id, tenant, agent_id, environment, expires_at: grant.expires_at },
    audience: people?.gate.token_audience ?? null,
    action: {
      ...{ action_id, action_type, action_digest: grant.digest, policy: `${policy_name}@${policy_version}` },
      approvals: people === null ? { required: 0, given: 0 } : approvalsOf(people),
      approvers: approvers.map(({ subject }) => subject),
      ...(glass === null ? {} : { break_glass: true }),
      ...(diff_digest === null ? {} : { diff_digest }),
    },
  };
}
