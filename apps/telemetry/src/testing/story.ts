import { derivedId } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { EventMap, EventName } from '@countersign/events';
import type { AcceptedVote, DecidedAction } from '@countersign/metrics';
import { labelled, outcome } from './after-events.js';
import { SimulatedLog } from './log.js';
import { randomAction } from './random-action.js';
import type { ActionFacts } from './random-action.js';
import { randomFrom } from './random.js';
import type { Random } from './random.js';
import { aside, decided, digestOf, escalated, proposed, resolved, versionChanged, voted } from './story-events.js';
import type { Scene } from './story-events.js';

/** What an analyst should find, written down while the events are made and never read back from them. */
export interface Told {
  readonly tenant: string;
  readonly action: DecidedAction;
  readonly decided_at: number;
  readonly votes: readonly (AcceptedVote & { readonly vote_id: string; readonly counted: boolean })[];
  readonly escalations: number;
}

type Resolver = 'people' | 'clock' | 'agent' | 'admin';
const MINUTE = 60_000;
const START = Date.UTC(2026, 5, 17, 22, 0, 0);
const endings = ['approved', 'approved', 'denied', 'changed', 'expired', 'cancelled', 'glass', 'pending'] as const;

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
  private readonly action: ActionFacts;
  private readonly votes: (AcceptedVote & { vote_id: string; counted: boolean })[] = [];
  private escalations = 0;
  private readonly scene: Scene;
  private now: number;

  constructor(
    private readonly log: SimulatedLog,
    private readonly random: Random,
    key: string,
  ) {
    this.tenant = random.pick(['acme', 'acme', 'acme', 'globex']);
    this.now = START + random.int(0, 72 * 60) * MINUTE + random.int(0, 59_999);
    this.action = randomAction(random, { tenant: this.tenant, key }, this.now);
    const { action_id, action_type, environment } = this.action;
    const facts = {
      tenant: this.tenant,
      action_id,
      run_id: `run-${key.replace(/.$/, '')}`,
      agent_id: 'agent-a',
      action_type,
      environment,
    };
    const times = { submitted_at: this.now - 5, decided_at: this.now };
    this.scene = {
      facts: { ...facts, agent_version: 'v1', model_id: 'model-a', ...times },
      action: this.action,
      key,
      request_id: derivedId('req', action_id),
    };
  }

  tell(): Told {
    this.propose();
    this.put(TOPICS.decisions, 'DecisionRecorded', decided(this.scene));
    if (this.action.effective_decision === 'require_approval') this.gate();
    else if (this.action.mode === 'soft') this.advise();
    if (['approved', 'not_required'].includes(this.action.approval_status)) {
      this.execute();
      if (this.random.chance(0.4)) this.audit();
    }
    if (this.random.chance(0.5)) this.decoy();
    this.label();
    const { tenant, action, votes, escalations, scene } = this;
    return { tenant, action, decided_at: scene.facts.decided_at, votes, escalations };
  }

  private propose(): void {
    const proposal = proposed(this.scene);
    // A second body under the same id was never decided and must not show; a copy of the decided one changes nothing.
    const other = { ...proposal, amount_value: '1.00', amount_currency: 'USD', body_hash: 'sha256:other' };
    if (this.random.chance(0.1)) this.put(TOPICS.actions, 'ActionProposed', other);
    this.put(TOPICS.actions, 'ActionProposed', proposal);
    if (this.random.chance(0.1)) this.put(TOPICS.actions, 'ActionProposed', proposal);
  }

  private advise(): void {
    const { opened, resolved } = aside(this.scene, 'advisory', this.now);
    this.put(TOPICS.approvals, 'RequestOpened', opened);
    // A vote that settles nothing is no answer yet.
    if (this.random.chance(0.3)) this.vote('advisory', 'deny', { resolving: false, counted: false });
    const status = this.random.pick(['approved', 'denied', 'expired'] as const);
    if (status === 'expired') {
      this.put(TOPICS.approvals, 'RequestResolved', { ...resolved, status, resolved_by: 'clock' });
      return;
    }
    this.action.advice = status;
    this.vote('advisory', status === 'denied' ? 'deny' : 'approve', { resolving: true, counted: false });
    this.put(TOPICS.approvals, 'RequestResolved', { ...resolved, status });
  }

  /** A request with a known answer. */
  private decoy(): void {
    const { opened, resolved } = aside(this.scene, 'decoy', this.now);
    this.put(TOPICS.approvals, 'RequestOpened', opened);
    this.vote('decoy', 'deny', { resolving: true, counted: false });
    this.put(TOPICS.approvals, 'RequestResolved', resolved);
  }

  /** An audit of a sampled action; two of three answers are a label. */
  private audit(): void {
    const { opened, resolved, label: found } = aside(this.scene, 'audit', this.now);
    const label = this.random.pick(['harmful', 'harmless', 'unsure'] as const);
    this.put(TOPICS.approvals, 'RequestOpened', opened);
    this.vote('audit', label, { resolving: true, counted: false });
    this.put(TOPICS.approvals, 'RequestResolved', resolved);
    if (label === 'unsure') return;
    this.action.label = label;
    const label_id = derivedId('lab', found.request_id);
    const sampled = { ...found, label_id, label, source: 'audit_sample', sample_probability: 0.25 };
    this.put(TOPICS.approvals, 'SampleLabelled', { ...this.scene.facts, ...sampled });
  }

  private gate(): void {
    const [opened_at, respond_by] = [this.now, this.now + this.random.int(10, 90) * MINUTE];
    Object.assign(this.action, { opened_at, respond_by });
    this.put(TOPICS.approvals, 'RequestOpened', {
      ...this.scene.facts,
      ...{ request_id: this.scene.request_id, request_kind: 'approval', gate: this.action.gate, packet_digest: 'p1' },
      ...{ approvals_required: 1, roles: ['finance'], opened_at, respond_by, expires_at: opened_at + 1_440 * MINUTE },
      ...{ amount_value: null, amount_currency: null, blind_review: false },
    });
    if (this.random.chance(0.3)) this.escalate();
    if (this.random.chance(0.3)) this.vote('approval', 'approve', { resolving: false, counted: true });
    this.end(this.random.pick(endings));
  }

  /** A copy of it counts once. */
  private escalate(): void {
    this.escalations = 1;
    const event = escalated(this.scene, this.now);
    this.put(TOPICS.approvals, 'RequestEscalated', event);
    if (this.random.chance(0.3)) this.put(TOPICS.approvals, 'RequestEscalated', event);
  }

  private end(ending: (typeof endings)[number]): void {
    if (ending === 'changed') this.change();
    if (ending === 'approved' || ending === 'changed') this.resolve('approved', 'people');
    else if (ending === 'denied') this.resolve('denied', 'people');
    else if (ending === 'glass') this.resolve('approved', 'admin');
    else if (ending !== 'pending') this.resolve(ending, ending === 'expired' ? 'clock' : 'agent');
  }

  private change(): void {
    for (const vote of this.votes) vote.counted = false;
    Object.assign(this.action, { changed: true, gate: 'two-person' });
    this.wait();
    const voided = this.votes.map(({ vote_id }) => vote_id);
    this.put(TOPICS.approvals, 'VersionChanged', versionChanged(this.scene, voided, this.now));
  }

  private resolve(status: 'approved' | 'denied' | 'expired' | 'cancelled', by: Resolver): void {
    const vote = status === 'denied' ? 'deny' : 'approve';
    if (by === 'people') this.vote('approval', vote, { resolving: true, counted: true });
    else this.wait();
    const paused_ms = this.random.chance(0.2) ? this.random.int(1, 30_000) : 0;
    Object.assign(this.action, { approval_status: status, resolved_by: by, resolved_at: this.now, paused_ms });
    const last = by === 'people' ? (this.votes.at(-1)?.reviewer_id ?? null) : null;
    this.put(TOPICS.approvals, 'RequestResolved', resolved(this.scene, last));
  }

  private vote(request_kind: string, vote: string, effect: { resolving: boolean; counted: boolean }): void {
    this.wait();
    const reviewer_id = this.random.pick(['ann', 'bob', 'cat']);
    const shown_at = this.random.chance(0.8) ? this.now : null;
    this.wait();
    const vote_id = derivedId('vote', this.scene.request_id, this.votes.length);
    const { action_id } = this.action;
    this.votes.push({ action_id, reviewer_id, voted_at: this.now, shown_at, vote_id, counted: effect.counted });
    const cast = { request_kind, vote, ...effect, vote_id, reviewer_id, shown_at, voted_at: this.now };
    this.put(TOPICS.approvals, 'VoteRecorded', voted(this.scene, cast));
  }

  private execute(): void {
    const facts = { ...this.scene.facts, grant_id: derivedId('grant', this.action.action_id), digest: digestOf('x') };
    const issued = { issued_at: this.now, expires_at: this.now + 60 * MINUTE };
    this.put(TOPICS.approvals, 'GrantIssued', { ...facts, authority: 'people', ...issued });
    if (this.random.chance(0.2)) return;
    this.wait();
    this.action.redeemed_at = this.now;
    const redeemed = { executor_id: 'executor-a', client_request_id: 'c', redeemed_at: this.now };
    this.put(TOPICS.approvals, 'GrantRedeemed', { ...facts, ...redeemed });
    const reports = [[], ['executed'], ['failed'], ['failed', 'executed'], ['executed', 'rolled_back']];
    for (const status of this.random.pick(reports)) this.report(status);
  }

  private report(status: string): void {
    this.wait();
    this.action.outcome_status = status;
    this.put(TOPICS.outcomes, 'OutcomeRecorded', outcome(this.scene, status, this.now));
  }

  private label(): void {
    const observed_at = this.now;
    const chosen = this.random.pick([[], ['harmless'], ['harmful'], ['harmful', 'harmless']] as const);
    const labels = chosen.map((label, index) => labelled(this.scene, label, index, observed_at));
    for (const label of labels) this.put(TOPICS.labels, 'LabelRecorded', label);
    this.action.label = chosen.at(-1) ?? this.action.label;
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
