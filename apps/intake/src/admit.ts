import { actionDigest, actionId, canonicalize, CountersignError, digestOf, parseMoney } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { ActionBody } from './action-body.js';
import { checkMoney } from './check-money.js';
import { resolveAfter } from './derive-after.js';
import { jsonPatch } from './json-patch.js';
import { redact } from './redact.js';
import type { RedactionKeys } from './redact.js';
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

export const MAX_KEY_LENGTH = 255;
const MEMBERS = Object.keys(ActionBody.shape) as (keyof ActionBody)[];

/**
 * Turns a submission into the event that everyone else sees: validated, hashed, with a diff, without plain context.
 * @param nowMs UTC epoch milliseconds
 * @throws CountersignError `malformed`, `invalid_action`, `agent_mismatch`, `environment_not_allowed` or
 * `diff_contradicts_parameters`
 */
export function admit(submission: Submission, proposer: Proposer, keys: RedactionKeys, nowMs: number): ActionProposed {
  const body = validate(ActionBody, submission.body);
  checkMoney(body.parameters, '/parameters');
  checkProposer(body, proposer);
  const context = redact(
    body.context ?? null,
    Object.hasOwn(keys, proposer.tenant) ? keys[proposer.tenant] : undefined,
  );
  return {
    ...identity(body, submission, proposer),
    ...effect(body, proposer),
    ...statements(body),
    context: text(context),
    attestations: null,
    sensitive: [],
    supersedes: body.supersedes ?? null,
    respond_within_s: body.respond_within_s ?? null,
    operators: [...proposer.operators],
    body_hash: bodyHash(body, context),
    submitted_via: submission.via,
    submitted_at: nowMs,
  };
}

/** @throws CountersignError `malformed` when a key is missing or too long */
export function checkIdempotencyKey(key: unknown): string {
  if (typeof key !== 'string' || key === '') {
    throw new CountersignError('malformed', 'an idempotency key is missing; the same key makes a retry safe');
  }
  if (key.length > MAX_KEY_LENGTH)
    throw new CountersignError('malformed', `an idempotency key has at most ${MAX_KEY_LENGTH} characters`);
  return key;
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

/** What takes effect, and its digest. */
function effect(body: ActionBody, { tenant, id: agent_id }: Proposer) {
  const { action_type, environment, parameters } = body;
  const [on_behalf_of, target, preconditions] = [
    body.on_behalf_of ?? null,
    body.target ?? null,
    body.preconditions ?? null,
  ];
  const amount = parseMoney(parameters['amount'] ?? null);
  return {
    ...{ action_type, environment, on_behalf_of, target },
    parameters: canonicalize(parameters),
    preconditions: text(preconditions),
    amount_value: amount?.value ?? null,
    amount_currency: amount?.currency ?? null,
    digest: actionDigest({
      tenant,
      agent_id,
      action_type,
      environment,
      on_behalf_of,
      target,
      parameters,
      preconditions,
    }),
  };
}

/** What the agent says about the action; nothing of it takes effect. */
function statements(body: ActionBody) {
  const before = body.before ?? null;
  const { after, stated_by } = resolveAfter(body.action_type, before, body.after ?? null, body.parameters);
  return {
    before: text(before),
    after: text(after),
    before_stated_by: 'agent',
    after_stated_by: stated_by,
    diff: before === null || after === null ? null : JSON.stringify(jsonPatch(before, after)),
    rationale: body.rationale ?? null,
    confidence: body.confidence ?? null,
    signals: text(body.signals ?? null),
  };
}

const isEmpty = (list: JsonValue | undefined): boolean => !Array.isArray(list) || list.length === 0;

const text = (value: JsonValue): string | null => (value === null ? null : canonicalize(value));

// Absent and null are one body, whichever door it came by. The context is hashed as it is stored: a plain hash over it,
// next to all the other members in plain text, would let anyone who reads the log test guesses.
function bodyHash(body: ActionBody, context: JsonValue): string {
  const { attestations, ...members } = Object.fromEntries(MEMBERS.map((member) => [member, body[member] ?? null]));
  // Left out where there are none: such a body has the hash that it always had.
  return digestOf({ ...members, ...(isEmpty(attestations) ? {} : { attestations }), context });
}
