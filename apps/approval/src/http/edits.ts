import { decisionOfKind, digestOfPacket, proposalOf, recordedPatch } from '@countersign/approval';
import type { PacketEdit, RequestKind } from '@countersign/approval';
import {
  actionDigest,
  asWritten,
  canonicalBytes,
  canonicalize,
  checkKept,
  CountersignError,
  LIMITS,
  parseMoney,
} from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { encode, mergeGates } from '@countersign/events';
import type { ActionProposed, Edit, Gate } from '@countersign/events';
import { passOn } from '@countersign/service';
import type { InternalClient } from '@countersign/service';
import { checkMoney } from './check-money.js';
import type { Requested } from '../judge/requested.js';

/** What policy answers about a changed action. */
interface Redecided extends Pick<
  Edit,
  | 'policy_decision'
  | 'rule'
  | 'explanation'
  | 'unknown'
  | 'impact'
  | 'reversibility'
  | 'regulatory_pressure'
  | 'amount_value'
  | 'amount_currency'
  | 'denied_before'
> {
  readonly gate: Gate | null;
  /** The result that follows from the changed parameters, RFC 8785 text; null where nothing says how. */
  readonly after: string | null;
  /** Pointers of values that may not be stored in plain text, of those that the change states. */
  readonly sensitive: readonly string[];
}

export interface Editor {
  readonly issuer: string;
  readonly subject: string;
}

const POLICY_TIMEOUT_MS = 3_000;

/** Makes a new version of an action from new parameters: decided again by the same policy version, with its own packet. */
export class Edits {
  constructor(private readonly policy: InternalClient) {}

  /**
   * @throws CountersignError `invalid_request` for money that is none, `too_large`, `edit_denied_by_policy` for an action with
   * hidden parameters, for a change that brings some, and for a gate of another audience; `overloaded` when policy does not
   * answer
   */
  async build(action: Requested, parameters: { [name: string]: JsonValue }, editor: Editor): Promise<Edit> {
    checkMoney(parameters, '/parameters');
    checkKept({ '/parameters': canonicalBytes(parameters, LIMITS.kept) });
    const proposal = proposalOf(action);
    refuseHidden(proposal);
    const changed = changedProposal(proposal, parameters);
    const decided = await this.decide(action, changed);
    refuseHidden(decided);
    const { policy_decision, rule, explanation, unknown, impact, reversibility, regulatory_pressure } = decided;
    // A result that repeats what may not be stored says nothing.
    const after = decided.sensitive.length > 0 ? null : decided.after;
    const { digest } = changed;
    const { amount_value, amount_currency, denied_before } = decided;
    checkKept({ '/parameters': Buffer.byteLength(changed.parameters), '/after': Buffer.byteLength(after ?? '') });
    const edit = {
      ...{ parameters: changed.parameters, digest, after, amount_value, amount_currency, denied_before },
      ...recordedPatch(proposal.before, after),
      ...{ policy_decision, rule, explanation, unknown, audit_packet_digest: null },
      ...{ impact, reversibility, regulatory_pressure },
      gate: bothGates(action.request.gate, decided.gate),
    };
    const next = { edit, issuer: editor.issuer, editor: editor.subject };
    return {
      ...edit,
      packet_digest: this.packetDigest(action, next, action.request.kind) ?? '',
      audit_packet_digest: this.packetDigest(action, next, 'audit'),
    };
  }

  private packetDigest(action: Requested, next: PacketEdit, kind: RequestKind): string | null {
    const decision = decisionOfKind(action.decided, kind);
    if (decision === null) return null;
    return digestOfPacket(proposalOf(action), decision, [...action.versions, next]);
  }

  private async decide({ decided }: Requested, changed: ActionProposed): Promise<Redecided> {
    const body = {
      tenant: decided.tenant,
      action: encode('ActionProposed', changed).toString('base64'),
      policy: { name: decided.policy_name, version: decided.policy_version },
    };
    const call = { method: 'POST', path: '/internal/decide', body, timeoutMs: POLICY_TIMEOUT_MS } as const;
    return passOn(await this.policy.call(call)).body as Redecided;
  }
}

const hiddenIn = ({ sensitive }: Pick<ActionProposed, 'sensitive'>): string[] =>
  sensitive.filter((pointer) => /^\/(parameters|preconditions)(\/|$)/.test(pointer));

/** True for an action that reviewers cannot change: what its digest is over is not known here. */
export const hidesParameters = (proposal: Pick<ActionProposed, 'sensitive'>): boolean => hiddenIn(proposal).length > 0;

/** Both gates bind; what policy now allows or denies brings none. */
function bothGates(current: Gate, next: Gate | null): Gate {
  const merged = next === null ? current : mergeGates(current, next);
  if (merged !== null) return merged;
  const detail = 'the changed action needs a token of another audience than the proposed one, and a token has one';
  throw new CountersignError(
    'edit_denied_by_policy',
    `${detail}; deny it and say in the reason what to propose instead`,
  );
}

/**
 * The digest of a changed action is over plain values, and those of hidden parameters are known to the agent only. A change
 * that states one would leave it in the log, or nobody to compute the digest.
 */
export function refuseHidden(proposal: Pick<ActionProposed, 'sensitive'>): void {
  const hidden = hiddenIn(proposal);
  if (hidden.length === 0) return;
  const detail = `the values of ${hidden.join(', ')} are keyed hashes, so no digest of changed parameters can be computed`;
  throw new CountersignError(
    'edit_denied_by_policy',
    `${detail}; deny it and say in the reason what to propose instead`,
    {
      pointer: hidden[0],
    },
  );
}

function changedProposal(proposal: ActionProposed, parameters: { [name: string]: JsonValue }): ActionProposed {
  const amount = parseMoney(parameters['amount'] ?? null);
  const text = canonicalize(parameters);
  const digested = { parameters: asWritten(text), preconditions: asWritten(proposal.preconditions) };
  return {
    ...proposal,
    parameters: text,
    digest: actionDigest({ ...proposal, ...digested }),
    // What providers attested is about the proposed version, so it counts as missing for the changed one.
    attestations: null,
    ...{
      amount_value: amount?.value ?? null,
      amount_currency: amount?.currency ?? null,
      after: null,
      diff: null,
      diff_truncated: false,
    },
  };
}
