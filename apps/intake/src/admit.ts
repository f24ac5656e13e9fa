import {
  actionDigest,
  actionId,
  asWritten,
  canonicalBytes,
  canonicalize,
  checkKept,
  CountersignError,
  hide,
  jsonPatch,
  LIMITS,
  redactionKeyOf,
} from '@countersign/canonical';
import type { JsonValue, Money, RedactionKey, RedactionKeys } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { unstatedIn } from '@countersign/policy';
import { statedAmount } from '@countersign/policy';
import type { TypeTerms } from '@countersign/policy';
import { ActionBody } from './action-body.js';
import { checkMoney } from './check-money.js';
import { resolveAfter } from './derive-after.js';
import { bodyHash } from './body-hash.js';
import type { Hideable, Texts } from './body-hash.js';
import { checkSize } from './check-size.js';
import { hashedContext, hiddenIn, storedContext } from './stored-context.js';
import { validate } from './validate.js';

/** Who proposes: known by an API key or a signature, never by the body. */
export interface Proposer {
  readonly id: string;
  readonly tenant: string;
  readonly environments: readonly string[];
  readonly operators: readonly string[];
}

export interface Submission {
  readonly body: JsonValue | undefined;
  readonly idempotency_key: string;
  readonly via: 'http' | 'kafka';
}

/** What admission needs to know beside the submission. */
export interface AdmitOptions {
  readonly keys: RedactionKeys;
  /**
   * What policies declare about proposals of a type.
   * @throws CountersignError `overloaded` while that is not known
   */
  readonly termsOf: (tenant: string, actionType: string) => TypeTerms;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * Turns a submission into the event that everyone else sees: validated, hashed, with a diff, and without what its action
 * type calls sensitive.
 * @throws CountersignError `malformed`, `invalid_action`, `too_large`, `agent_mismatch`, `environment_not_allowed`,
 * `diff_contradicts_parameters` or `overloaded`
 */
export function admit(
  submission: Submission,
  proposer: Proposer,
  { keys, termsOf, nowMs }: AdmitOptions,
): ActionProposed {
  const body = validate(ActionBody, submission.body);
  checkMoney(body.parameters, '/parameters');
  checkProposer(body, proposer);
  const terms = termsOf(proposer.tenant, body.action_type);
  checkPreconditions(body, terms);
  const key = redactionKeyOf(keys, proposer.tenant);
  const state = statedEffect(body, terms);
  const hidden = hide(state.members, hiddenIn(terms), key);
  // Each text is made once, and hashed as it stands.
  const plain = textsOf(state.members);
  const kept = hidden.sensitive.length === 0 ? plain : textsOf(hidden.members);
  const digest = digestOfBody(body, plain, proposer);
  const context = contextOf(hidden.members.context, kept, { term: terms.context, key });
  const isHidden = hidden.sensitive.length > 0;
  const action = {
    ...identity(body, submission, proposer),
    ...effect(body, kept, statedAmount(terms.amounts, hidden.members.parameters)),
    ...statements(body, kept, state.after_stated_by),
    digest,
    context: context.stored,
    attestations: null,
    sensitive: [...hidden.sensitive],
    supersedes: body.supersedes ?? null,
    reverses: body.reverses ?? null,
    respond_within_s: body.respond_within_s ?? null,
    operators: [...proposer.operators],
    body_hash: bodyHash(body, {
      ...{ ...kept, context: context.told, after: state.after_stated_by === 'agent' ? kept.after : null },
      digest: isHidden ? digest : null,
    }),
    submitted_via: submission.via,
    submitted_at: nowMs,
  };
  checkSize(action);
  return { ...action, ...diffOf(hidden.members) };
}

const textsOf = (members: Hideable): Texts => ({
  parameters: canonicalize(members.parameters),
  before: text(members.before),
  after: text(members.after),
  signals: text(members.signals),
  context: text(members.context),
  preconditions: text(members.preconditions),
});

/** What is stored of a context, and what of it tells two bodies apart. */
function contextOf(
  context: JsonValue,
  kept: Texts,
  { term, key }: { term: TypeTerms['context']; key: RedactionKey | undefined },
): { readonly stored: string | null; readonly told: string | null } {
  if (term === 'keep') return { stored: kept.context, told: kept.context };
  const stored = text(storedContext(context, term, key));
  return { stored, told: term === 'omit' ? text(hashedContext(context, key)) : stored };
}

function checkProposer(body: ActionBody, proposer: Proposer): void {
  if (body.agent.id !== proposer.id) {
    throw new CountersignError('agent_mismatch', 'the credential names another agent', { pointer: '/agent/id' });
  }
  if (!proposer.environments.includes(body.environment)) {
    const detail = 'ask the operator of this agent for a key of that environment';
    throw new CountersignError('environment_not_allowed', detail, { pointer: '/environment' });
  }
}

function identity(body: ActionBody, { idempotency_key }: Submission, { tenant, id: agent_id }: Proposer) {
  return {
    tenant,
    action_id: actionId(tenant, agent_id, idempotency_key),
    run_id: body.run_id,
    agent_id,
    agent_version: body.agent.version,
    model_id: body.model.id,
    idempotency_key,
  };
}

/** @throws CountersignError `invalid_action` when a precondition that the action type requires is not stated */
function checkPreconditions({ preconditions }: ActionBody, { required }: TypeTerms): void {
  const [pointer] = unstatedIn(required, preconditions ?? null);
  if (pointer === undefined) return;
  const detail =
    'the action type requires this precondition: state it as it is now, so that the effect can be compared';
  throw new CountersignError('invalid_action', detail, { pointer });
}

/** Over the plain values: the executor computes it from its own parameters. */
function digestOfBody(body: ActionBody, texts: Texts, { tenant, id: agent_id }: Proposer): string {
  const { action_type, environment } = body;
  const [on_behalf_of, target] = [body.on_behalf_of ?? null, body.target ?? null];
  const [parameters, preconditions] = [asWritten(texts.parameters), asWritten(texts.preconditions)];
  return actionDigest({
    ...{ tenant, agent_id, action_type, environment },
    ...{ on_behalf_of, target, parameters, preconditions },
  });
}

/** What the agent states in plain text, `after` derived where the type says how. */
function statedEffect(body: ActionBody, terms: TypeTerms): { members: Hideable; after_stated_by: string } {
  const { parameters, before = null, signals = null, context = null, preconditions = null } = body;
  const { after, stated_by } = resolveAfter(terms, { before, after: body.after ?? null, parameters });
  // What is derived may hold a value many times over.
  checkKept({ '/after': canonicalBytes(after, LIMITS.kept) });
  return { members: { parameters, before, after, signals, context, preconditions }, after_stated_by: stated_by };
}

/** What takes effect. */
function effect(body: ActionBody, { parameters, preconditions }: Texts, amount: Money | null) {
  const { action_type, environment } = body;
  return {
    ...{ action_type, environment, on_behalf_of: body.on_behalf_of ?? null, target: body.target ?? null },
    ...{ parameters, preconditions },
    amount_value: amount?.value ?? null,
    amount_currency: amount?.currency ?? null,
  };
}

/** What the agent says about the action; nothing of it takes effect. */
function statements(body: ActionBody, { before, after, signals }: Texts, after_stated_by: string) {
  return {
    ...{ before, after, before_stated_by: 'agent', after_stated_by },
    rationale: body.rationale ?? null,
    confidence: body.confidence ?? null,
    signals,
  };
}

/** A patch that would be too long is not stored: it says all of `after`, which is stored. */
function diffOf({ before, after }: Hideable): Pick<ActionProposed, 'diff' | 'diff_truncated'> {
  if (before === null || after === null) return { diff: null, diff_truncated: false };
  const { operations, truncated } = jsonPatch(before, after);
  return { diff: truncated ? null : canonicalize(operations), diff_truncated: truncated };
}

const text = (value: JsonValue): string | null => (value === null ? null : canonicalize(value));
