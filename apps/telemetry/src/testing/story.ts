import { actionId, derivedId } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { EventMap, EventName } from '@countersign/events';
import type { AcceptedVote, DecidedAction } from '@countersign/metrics';
import { SimulatedLog } from './log.js';
import { randomFrom } from './random.js';
import type { Random } from './random.js';

/** What an analyst should find, written down while the events are made and never read back from them. */
export interface Told {
  readonly tenant: string;
  readonly action: DecidedAction;
  readonly decided_at: number;
  readonly votes: readonly (AcceptedVote & { readonly vote_id: string; readonly counted: boolean })[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const MINUTE = 60_000;
const START = Date.UTC(2026, 5, 17, 22, 0, 0);
const verdicts = ['allow', 'require_approval', 'require_approval', 'require_approval', 'deny'] as const;
const endings = ['approved', 'approved', 'denied', 'changed', 'expired', 'cancelled', 'pending'] as const;

/** Random stories of actions, told as events in `log` and as facts in the result. Equal seeds tell equal stories. */
export function tellStories(seed: number, count: number): { log: SimulatedLog; told: Told[] } {
  const log = new SimulatedLog();
  const random = randomFrom(seed);
  const told = Array.from({ length: count }, (_, index) => new Story(log, random, `${seed}-${index}`).tell());
  return { log, told };
}

/** One action from proposal to label. */
class Story {
  private readonly tenant: string;
  private readonly action: Mutable<DecidedAction>;
  private readonly votes: (AcceptedVote & { vote_id: string; counted: boolean })[] = [];
  private readonly decided_at: number;
  private now: number;
  private readonly request_id: string;

  constructor(
    private readonly log: SimulatedLog,
    private readonly random: Random,
    private readonly name: string,
  ) {
    this.tenant = random.pick(['acme', 'acme', 'acme', 'globex']);
    this.now = START + random.int(0, 72 * 60) * MINUTE + random.int(0, 59_999);
    this.decided_at = this.now;
    const policy_decision = random.pick(verdicts);
    const mode = random.pick(['enforce', 'enforce', 'enforce', 'partial', 'soft', 'shadow']);
    const effective_decision = mode === 'soft' || mode === 'shadow' ? 'allow' : policy_decision;
    const action_id = actionId(this.tenant, 'agent-a', name);
    this.request_id = derivedId('req', action_id);
    this.action = {
      action_id,
      environment: random.pick(['production', 'production', 'production', 'staging', 'canary']),
      action_type: random.pick(['refund', 'post', 'deploy']),
      gate: effective_decision === 'require_approval' ? random.pick(['one-person', 'two-person']) : null,
      mode,
      policy_decision,
      effective_decision,
      approval_status: effective_decision === 'allow' ? 'not_required' : effective_decision === 'deny' ? 'denied' : 'pending',
      resolved_by: effective_decision === 'require_approval' ? null : 'policy',
      changed: false,
      opened_at: null,
      respond_by: null,
      resolved_at: effective_decision === 'require_approval' ? null : this.now,
      paused_ms: 0,
      redeemed_at: null,
      outcome_status: null,
      label: null,
      amount_value: random.chance(0.7) ? `${random.int(1, 9_000)}.${random.int(10, 99)}` : null,
      amount_currency: null,
    };
    if (this.action.amount_value !== null) this.action.amount_currency = random.pick(['USD', 'EUR']);
  }

  tell(): Told {
    this.propose();
    this.decide();
    if (this.action.effective_decision === 'require_approval') this.gate();
    else if (this.action.mode === 'soft') this.vote('advisory', 'approve', true, false);
    if (['approved', 'not_required'].includes(this.action.approval_status)) this.execute();
    this.label();
    return { tenant: this.tenant, action: this.action, decided_at: this.decided_at, votes: this.votes };
  }

  private get public() {
    const { action_id, action_type, environment } = this.action;
    const facts = { tenant: this.tenant, action_id, run_id: `run-${this.name.replace(/.$/, '')}`, agent_id: 'agent-a', action_type, environment };
    return { ...facts, agent_version: 'v1', model_id: 'model-a', submitted_at: this.decided_at - 5, decided_at: this.decided_at };
  }

  private propose(): void {
    const { decided_at: _unknown, ...facts } = this.public;
    const { amount_value, amount_currency } = this.action;
    const body = {
      idempotency_key: this.name, on_behalf_of: null, target: null, parameters: `{"n":"${this.name}"}`, before: null, after: null,
      before_stated_by: 'agent', after_stated_by: 'agent', diff: null, rationale: 'because', confidence: 0.5, signals: null, context: null,
      preconditions: null, supersedes: null, respond_within_s: null, amount_value, amount_currency, operators: [], digest: `sha256:${this.name}`,
      submitted_via: 'http',
    };
    // A second body under the same id was never decided and must not show.
    if (this.random.chance(0.1)) this.put(TOPICS.actions, 'ActionProposed', { ...facts, ...body, amount_value: '1.00', amount_currency: 'USD', body_hash: 'sha256:other' });
    this.put(TOPICS.actions, 'ActionProposed', { ...facts, ...body, body_hash: `sha256:body-${this.name}` });
    if (this.random.chance(0.1)) this.put(TOPICS.actions, 'ActionProposed', { ...facts, ...body, body_hash: `sha256:body-${this.name}` });
  }

  private decide(): void {
    const { policy_decision, effective_decision, mode, gate } = this.action;
    const gated = effective_decision === 'require_approval';
    const advisory = mode === 'soft';
    this.put(TOPICS.decisions, 'DecisionRecorded', {
      ...this.public, digest: `sha256:${this.name}`, body_hash: `sha256:body-${this.name}`, decision_id: derivedId('dec', this.action.action_id),
      policy_decision, effective_decision, mode: mode as 'enforce', bypass: null, policy_name: 'refunds', policy_version: 1, rule: null, impact: 'high',
      reversibility: null, regulatory_pressure: null, unknown: [], explanation: '[]', gate, gate_pattern: null, approvals_required: gated ? 1 : 0,
      request_id: gated || advisory ? this.request_id : null, request_kind: gated ? 'approval' : advisory ? 'advisory' : null,
      respond_by: null, expires_at: null, sample_probability: null,
    });
  }

  private gate(): void {
    const [opened_at, respond_by] = [this.now, this.now + this.random.int(10, 90) * MINUTE];
    Object.assign(this.action, { opened_at, respond_by });
    const { request_id } = this;
    this.put(TOPICS.approvals, 'RequestOpened', {
      ...this.public, request_id, request_kind: 'approval', gate: this.action.gate, packet_digest: 'p1', approvals_required: 1, roles: ['finance'],
      opened_at, respond_by, expires_at: opened_at + 86_400_000,
    });
    const ending = this.random.pick(endings);
    if (this.random.chance(0.3)) this.vote('approval', 'approve', false, true);
    if (ending === 'changed') this.change();
    if (ending === 'approved' || ending === 'changed') this.resolve('approved', 'people');
    else if (ending === 'denied') this.resolve('denied', 'people');
    else if (ending !== 'pending') this.resolve(ending, ending === 'expired' ? 'clock' : 'agent');
  }

  private change(): void {
    for (const vote of this.votes) vote.counted = false;
    const gate = 'two-person';
    this.action.changed = true;
    this.action.gate = gate;
    this.wait();
    this.put(TOPICS.approvals, 'VersionChanged', {
      ...this.public, request_id: this.request_id, gate, issuer: 'i', reviewer_id: 'ann', parameters: '{"n":"changed"}', digest: 'sha256:changed',
      packet_digest: 'p2', diff: null, amount_value: null, amount_currency: null, approvals_required: 2, voided_votes: this.votes.map(({ vote_id }) => vote_id),
      changed_at: this.now,
    });
  }

  private resolve(status: 'approved' | 'denied' | 'expired' | 'cancelled', resolved_by: 'people' | 'clock' | 'agent'): void {
    if (resolved_by === 'people') this.vote('approval', status === 'denied' ? 'deny' : 'approve', true, true);
    else this.wait();
    const paused_ms = this.random.chance(0.2) ? this.random.int(1, 30_000) : 0;
    const { gate, changed, opened_at, respond_by } = this.action;
    Object.assign(this.action, { approval_status: status, resolved_by, resolved_at: this.now, paused_ms });
    const last = resolved_by === 'people' ? this.votes.at(-1)?.reviewer_id : undefined;
    this.put(TOPICS.approvals, 'RequestResolved', {
      ...this.public, request_id: this.request_id, request_kind: 'approval', gate, status, resolved_by, reviewer_id: last ?? null,
      reviewer_ids: last ? [last] : [], reason: null, changed, overridden: false, digest: changed ? 'sha256:changed' : `sha256:${this.name}`,
      approvals_required: 1, approvals_given: 1, opened_at: opened_at ?? 0, respond_by: respond_by ?? 0, expires_at: 0, paused_ms, resolved_at: this.now,
    });
  }

  private vote(request_kind: string, vote: string, resolving: boolean, counted: boolean): void {
    const opened_at = this.action.opened_at ?? this.decided_at;
    this.wait();
    const reviewer_id = this.random.pick(['ann', 'bob', 'cat']);
    const shown_at = this.random.chance(0.8) ? this.now : null;
    this.wait();
    const vote_id = derivedId('vote', this.request_id, this.votes.length);
    this.votes.push({ action_id: this.action.action_id, reviewer_id, voted_at: this.now, shown_at, vote_id, counted });
    this.put(TOPICS.approvals, 'VoteRecorded', {
      ...this.public, request_id: this.request_id, request_kind, gate: this.action.gate, vote_id, issuer: 'i', reviewer_id, role: 'finance', vote, counted,
      resolving, reason: null, packet_digest: 'p1', batch_id: null, approvals_given: 1, approvals_required: 1, opened_at, shown_at, voted_at: this.now,
    });
  }

  private execute(): void {
    const grant_id = derivedId('grant', this.action.action_id);
    const digest = 'sha256:x';
    this.put(TOPICS.approvals, 'GrantIssued', { ...this.public, grant_id, digest, authority: 'people', issued_at: this.now, expires_at: this.now + 3_600_000 });
    if (this.random.chance(0.2)) return;
    this.wait();
    this.action.redeemed_at = this.now;
    this.put(TOPICS.approvals, 'GrantRedeemed', { ...this.public, grant_id, executor_id: 'executor-a', digest, client_request_id: 'c', redeemed_at: this.now });
    for (const status of this.random.pick([[], ['executed'], ['failed'], ['failed', 'executed'], ['executed', 'rolled_back']])) this.report(status);
  }

  private report(status: string): void {
    this.wait();
    this.action.outcome_status = status;
    this.put(TOPICS.outcomes, 'OutcomeRecorded', {
      ...this.public, reported_by: 'executor-a', status, result: null, post_checks: null, post_checks_failed: 0, outcome_without_redemption: false,
      occurred_at: null, recorded_at: this.now,
    });
  }

  private label(): void {
    const { agent_version: _v, model_id: _m, submitted_at: _s, decided_at: _d, ...facts } = this.public;
    const labels = this.random.pick([[], ['harmless'], ['harmful'], ['harmful', 'harmless']] as const).map((label, index) => ({
      ...facts, label_id: derivedId('lab', this.action.action_id, index), label, source: 'audit', labelled_by: 'lou', note: null, sample_probability: null,
      observed_at: this.now,
    }));
    for (const label of labels) this.put(TOPICS.labels, 'LabelRecorded', label);
    this.action.label = labels.at(-1)?.label ?? null;
    // A late copy of the first label is not a newer label.
    if (labels[0] && this.random.chance(0.3)) this.put(TOPICS.labels, 'LabelRecorded', labels[0]);
  }

  private wait(): void {
    this.now += this.random.int(1, 50 * MINUTE);
  }

  private put<N extends EventName>(topic: string, name: N, event: EventMap[N]): void {
    this.now += 1;
    this.log.append(topic, name, event, this.now);
  }
}
