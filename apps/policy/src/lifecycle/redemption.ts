import { CountersignError, digestOf, JsonError, parseJson, PROBLEMS, uuid5 } from '@countersign/canonical';
import type { ProblemCode } from '@countersign/canonical';
import { createClient, digestOfAction, readKeys, redeem, SdkError, verifyToken } from '@countersign/sdk';
import type { ActionFacts, ApprovalClaims, Client, JsonObject } from '@countersign/sdk';
import { passOn } from '@countersign/service';
import type { InternalClient } from '@countersign/service';

export interface RedemptionOptions {
  readonly approvalUrls: readonly string[];
  /** Public address of approval, exactly as in the tokens' `iss`. */
  readonly issuer: string;
  /** The policy service's own executor key in a tenant, or null. */
  readonly keyOf: (tenant: string) => string | null;
  /** Approval over internal HTTP. */
  readonly approval: InternalClient;
}

/** The change of policy that a token is said to release. */
export type ChangeFacts = Omit<ActionFacts, 'agent_id'>;

const RETRY_FOR_MS = 5_000;
const EXECUTOR = 'policy-service';

/** What the SDK refuses, as the problem that a caller sees. */
function asProblem(error: unknown): unknown {
  if (!(error instanceof SdkError)) return error;
  const code = error.code === 'unreachable' ? 'overloaded' : error.code;
  if (!Object.hasOwn(PROBLEMS, code)) return error;
  return new CountersignError(code as ProblemCode, error.message, {}, { cause: error });
}

/** Approved changes of policy, from the approval's side: verified offline, redeemed once, answered with an outcome. */
export class Redemptions {
  private readonly clients = new Map<string, Client>();

  constructor(private readonly options: RedemptionOptions) {}

  /**
   * Verifies a token against the change that is about to be made. Its age is judged in the log, as at approval's own
   * door: a call that is made again after a crash finishes also when the token has expired meanwhile.
   * @throws CountersignError `invalid_token`, `wrong_audience`, `wrong_environment`, `action_digest_mismatch`, `overloaded`
   */
  async verify(token: string, facts: ChangeFacts): Promise<ApprovalClaims> {
    const { sub, iat } = claimsIn(token);
    try {
      const keys = await readKeys(this.client(facts.tenant));
      const currentDate = new Date(iat * 1_000);
      return await verifyToken(token, { ...facts, agent_id: sub }, { keys, issuer: this.options.issuer, currentDate });
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** What an action releases as approval knows it; empty: approval does not know the action, so no token fits. */
  async released(token: string, tenant: string): Promise<JsonObject> {
    const { action_id } = claimsIn(token);
    const query = new URLSearchParams({ tenant, wait_ms: '0', for: 'decision' });
    const path = `/internal/actions/${encodeURIComponent(action_id)}?${query.toString()}`;
    const answer = await this.options.approval.call({ method: 'GET', path, timeoutMs: RETRY_FOR_MS });
    if (answer.status === 404) return {};
    const { document } = passOn(answer).body as { document?: { effective?: { parameters?: JsonObject } } };
    return document?.effective?.parameters ?? {};
  }

  /** Consumes the grant. The same grant always has the same request id, so that a second call hears the first answer. */
  async redeem(token: string, { sub, jti }: ApprovalClaims, facts: ChangeFacts): Promise<void> {
    try {
      await redeem(this.client(facts.tenant), {
        token,
        action_digest: digestOfAction({ ...facts, agent_id: sub ?? '' }),
        environment: facts.environment,
        preconditions: null,
        request_id: uuid5(`policy_change|${jti ?? ''}`),
      });
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** Files what became of the change. @throws CountersignError `overloaded`, or what approval refuses */
  async report(tenant: string, actionId: string, result: JsonObject): Promise<void> {
    const outcome = { status: 'executed', result, post_checks: null };
    const body = {
      ...{ tenant, reported_by: EXECUTOR, by_executor: true },
      ...{ client_request_id: uuid5(`policy_change|outcome|${actionId}`) },
      ...{ ...outcome, body_hash: digestOf(outcome), occurred_at: null },
    };
    const path = `/internal/actions/${encodeURIComponent(actionId)}/outcome`;
    passOn(await this.options.approval.call({ method: 'POST', path, body, timeoutMs: RETRY_FOR_MS }));
  }

  private client(tenant: string): Client {
    const apiKey = this.options.keyOf(tenant);
    if (apiKey === null)
      throw new CountersignError(
        'overloaded',
        'the policy service has no executor key in this tenant: see docs/operations.md',
      );
    const known = this.clients.get(apiKey);
    const client = known ?? createClient({ approvalUrls: this.options.approvalUrls, apiKey, retryForMs: RETRY_FOR_MS });
    this.clients.set(apiKey, client);
    return client;
  }
}

/** What a token says of itself, before anything is verified. @throws CountersignError `invalid_token` */
export function claimsIn(token: string): { sub: string; iat: number; action_id: string } {
  try {
    const payload = parseJson(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    ) as Partial<ApprovalClaims>;
    const { sub, iat, authorization_details: details } = payload;
    const action_id = details?.[0]?.action_id;
    if (typeof sub === 'string' && typeof iat === 'number' && typeof action_id === 'string')
      return { sub, iat, action_id };
  } catch (cause) {
    if (!(cause instanceof JsonError) && !(cause instanceof TypeError)) throw cause;
  }
  throw new CountersignError('invalid_token', 'this is not an approval token', { reason: 'malformed' });
}
