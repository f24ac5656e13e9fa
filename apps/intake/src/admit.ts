import {
  actionDigest,
  actionId,
  canonicalBytes,
  canonicalize,
  checkKept,
  CountersignError,
  hide,
  jsonPatch,
  LIMITS,
  redactionKeyOf,
} from '@countersign/canonical';
import type { JsonValue, RedactionKeys } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { unstatedIn } from '@countersign/policy';
import { statedAmount } from '@countersign/policy';
import type { TypeTerms } from '@countersign/policy';
import { ActionBody } from './action-body.js';
import { checkMoney } from './check-money.js';
import { resolveAfter } from './derive-after.js';
import { bodyHash } from './body-hash.js';
import type { Hideable } from './body-hash.js';
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
  const digest = digestOfBody(body, proposer);
  const { context } = hidden.members;
  const stored = storedContext(context, terms.context, key);
  const told = terms.context === 'omit' ? hashedContext(context, key) : stored;
  const action = {
    ...identity(body, submission, proposer),
    ...effect(body, hidden.members, terms),
    ...statements(body, hidden.members, state.after_stated_by),
    digest,
    context: text(stored),
    attestations: null,
    sensitive: [...hidden.sensitive],
    supersedes: body.supersedes ?? null,
    reverses: body.reverses ?? null,
    respond_within_s: body.respond_within_s ?? null,
    operators: [...proposer.operators],
    body_hash: bodyHash(body, { context: told, digest, after_stated_by: state.after_stated_by, hidden }),
    submitted_via: submission.via,
    submitted_at: nowMs,
  };
  checkSize(action);
  return { ...action, ...diffOf(hidden.members) };
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
function digestOfBody(body: ActionBody, { tenant, id: agent_id }: Proposer): string {
  const { action_type, environment, parameters } = body;
  const [on_behalf_of, target] = [body.on_behalf_of ?? null, body.target ?? null];
  const preconditions = body.preconditions ?? null;
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
function effect(body: ActionBody, { parameters, preconditions }: Hideable, { amounts }: TypeTerms) {
  const { action_type, environment } = body;
  const amount = statedAmount(amounts, parameters);
  return {
    ...{ action_type, environment, on_behalf_of: body.on_behalf_of ?? null, target: body.target ?? null },
    parameters: canonicalize(parameters),
    preconditions: text(preconditions),
    amount_value: amount?.value ?? null,
    amount_currency: amount?.currency ?? null,
  };
}

/** What the agent says about the action; nothing of it takes effect. */
function statements(body: ActionBody, { before, after, signals }: Hideable, after_stated_by: string) {
  return {
    before: text(before),
    after: text(after),
    before_stated_by: 'agent',
    after_stated_by,
    rationale: body.rationale ?? null,
    confidence: body.confidence ?? null,
    signals: text(signals),
  };
}

/** A patch that would be too long is not stored: it says all of `after`, which is stored. */
function diffOf({ before, after }: Hideable): Pick<ActionProposed, 'diff' | 'diff_truncated'> {
  if (before === null || after === null) return { diff: null, diff_truncated: false };
  const { operations, truncated } = jsonPatch(before, after);
  return { diff: truncated ? null : JSON.stringify(operations), diff_truncated: truncated };
}

const text = (value: JsonValue): string | null => (value === null ? null : canonicalize(value));
