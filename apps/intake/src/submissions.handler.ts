import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { CountersignError, idempotencyKeyOf } from '@countersign/canonical';
import { decodeExact, EventError, isEvent, TOPICS } from '@countersign/events';
import type { ActionSubmitted, OutcomeReported } from '@countersign/events';
import type { Handled, InRecord } from '@countersign/kafka';
import type { AgentCredentials, KeyAuth } from '@countersign/service';
import { OutcomeBody } from './action-body.js';
import type { Proposer } from './admit.js';
import type { ApprovalClient } from './approval-client.js';
import { outcomeRequest } from './outcome-request.js';
import type { Proposals } from './proposals.js';
import { actionIdOf, notFound } from './queries.js';
import { actionBodyOf, outcomeBodyOf } from './submission-body.js';
import { SubmissionError } from './submission-error.js';
import { APPROVAL, KEYS, PROPOSALS } from './tokens.js';
import { validate } from './validate.js';
import { statedType, verifySubmission } from './verify-submission.js';
import type { Verified } from './verify-submission.js';

const KEY_MEMBER = '/idempotency_key';

/** The Kafka door: the same admission as over HTTP, with signatures for keys and dead letters for problems. */
@Controller()
export class SubmissionsHandler {
  private readonly counted = new WeakSet<InRecord>();

  constructor(
    @Inject(PROPOSALS) private readonly proposals: Proposals,
    @Inject(APPROVAL) private readonly approval: ApprovalClient,
    @Inject(KEYS) private readonly keys: KeyAuth,
  ) {}

  @EventPattern(TOPICS.submissions)
  async onSubmission(@Payload() record: InRecord): Promise<Handled> {
    try {
      await this.take(record);
      return { kind: 'done' };
    } catch (fault) {
      return handledOf(fault);
    }
  }

  private async take(record: InRecord): Promise<void> {
    const verified = verifySubmission(record, (tenant, agentId) => this.keys.agent(tenant, agentId));
    this.countOnce(record, verified.agent);
    const decoded = decodeExact(verified.value);
    if (statedType(record) !== decoded.name)
      throw new SubmissionError('type_mismatch', `ce_type is ${statedType(record)} and the value is ${decoded.name}`);
    if (isEvent(decoded, 'ActionSubmitted')) return this.propose(decoded.event, verified, record);
    if (isEvent(decoded, 'OutcomeReported')) return this.report(decoded.event, verified, record.timestampMs);
    throw new SubmissionError('wrong_topic', `${decoded.name} does not belong on ${TOPICS.submissions}`);
  }

  /** The same rate as over HTTP. What waits for a dependency and is tried again counts once. */
  private countOnce(record: InRecord, agent: AgentCredentials): void {
    if (this.counted.has(record)) return;
    this.counted.add(record);
    this.keys.count(agent);
  }

  private async propose(submitted: ActionSubmitted, verified: Verified, record: InRecord): Promise<void> {
    checkFields(submitted, verified);
    const submission = {
      body: actionBodyOf(submitted),
      idempotency_key: idempotencyKeyOf(submitted.idempotency_key, KEY_MEMBER),
      via: 'kafka' as const,
    };
    await this.proposals.submit(submission, proposerOf(verified.agent), record.headers['traceparent']?.toString());
  }

  private async report(reported: OutcomeReported, verified: Verified, nowMs: number): Promise<void> {
    checkFields(reported, verified);
    const { tenant, agent_id, idempotency_key } = reported;
    const action_id = actionIdOf(reported.action_id);
    const body = validate(OutcomeBody, outcomeBodyOf(reported));
    const key = idempotencyKeyOf(idempotency_key, KEY_MEMBER);
    const scope = { tenant, agent_id };
    const action = await this.proposals.read({ action_id, scope, waitMs: 0, until: 'decision', token: false });
    if (!action) throw notFound();
    const reporter = { kind: 'agent', id: agent_id } as const;
    const source = { tenant, reporter, action_id, key, submitted_at: action['submitted_at'], nowMs };
    await this.approval.fileOutcome(action_id, outcomeRequest(body, source));
  }
}

const proposerOf = ({ agent_id, tenant, environments, operators }: AgentCredentials): Proposer => ({
  ...{ id: agent_id, tenant, environments, operators },
});

function checkFields(event: { tenant: string; agent_id: string; idempotency_key: string }, verified: Verified): void {
  const { agent, tenant, idempotency_key } = verified;
  if (event.tenant !== tenant || event.idempotency_key !== idempotency_key) {
    throw new SubmissionError('key_mismatch', 'tenant or idempotency_key differ from the record key');
  }
  if (event.agent_id !== agent.agent_id)
    throw new SubmissionError('agent_mismatch', 'agent_id differs from the signing agent');
}

/** What waits and what never can be taken; anything else is a fault of ours. */
function handledOf(fault: unknown): Handled {
  if (fault instanceof SubmissionError) return { kind: 'dead_letter', reason: fault.reason, detail: fault.message };
  if (fault instanceof EventError) return { kind: 'dead_letter', reason: fault.reason, detail: fault.message };
  if (!(fault instanceof CountersignError) || fault.code === 'internal') throw fault;
  // Nobody can ask a producer to slow down, and what waits would hold its neighbours.
  if (fault.retriable && fault.code !== 'rate_limited') return { kind: 'retry', reason: fault.code };
  return { kind: 'dead_letter', reason: fault.code, detail: fault.message + whereAndHowMuch(fault) };
}

function whereAndHowMuch({ details: { pointer, limit, size } }: CountersignError): string {
  const where = pointer === undefined ? '' : ` at ${pointer || 'the whole body'}`;
  const isMeasured = typeof limit === 'number' && typeof size === 'number';
  return isMeasured ? `${where}; it has ${size} bytes, and ${limit} are the limit` : where;
}
