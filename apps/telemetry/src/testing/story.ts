import { derivedId } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { EventName } from '@countersign/events';
import { labelled, outcome } from './after-events.js';
import { tellBystanders } from './bystanders.js';
import { SimulatedLog } from './log.js';
import { randomFrom } from './random.js';
import { ASIDE, asideEvent, custody, evidence, glass, grantEnd, held } from './side-events.js';
import { aside, decided, digestOf, escalated, proposed, resolved, versionChanged } from './story-events.js';
import { Teller } from './teller.js';
import type { Hold, Told } from './told.js';

type Resolver = 'people' | 'clock' | 'agent' | 'admin';
const MINUTE = 60_000;
const endings = ['approved', 'approved', 'denied', 'changed', 'expired', 'cancelled', 'glass', 'pending'] as const;

const START = Date.UTC(2026, 5, 17, 22, 0, 0);

/**
 * Random stories of actions, told as events in `log` and as facts in the result. Equal arguments tell equal stories.
 * @param startMs UTC epoch milliseconds. For a real broker it must be near now: what is a day older than its append is refused
 */
export function tellStories(seed: number, count: number, startMs = START): { log: SimulatedLog; told: Told[] } {
  const log = new SimulatedLog();
  const random = randomFrom(seed);
  const names = new Set<EventName>();
  const told = Array.from({ length: count }, (_, index) =>
    new Story(log, random, `${seed}-${index}`, startMs).tell(names),
  );
  tellBystanders(log, names, startMs);
  return { log, told };
}

/** One action from proposal to label. */
class Story extends Teller {
  private escalations = 0;
  private hold: Hold | null = null;

  /** @param names gets the names of the events that were told */
  tell(names: Set<EventName>): Told {
    this.propose();
    this.put(TOPICS.decisions, 'DecisionRecorded', decided(this.scene));
    if (this.action.effective_decision === 'require_approval') this.gate();
    else if (this.action.mode === 'soft') this.advise();
    if (['approved', 'not_required'].includes(this.action.approval_status)) {
      if (this.action.approval_status === 'approved' && this.random.chance(0.4)) this.queue();
      this.execute();
      if (this.random.chance(0.4)) this.audit();
    }
    if (this.random.chance(0.5)) this.decoy();
    for (const name of ASIDE)
      if (this.random.chance(0.2)) this.put(TOPICS.approvals, name, asideEvent(name, this.scene));
    this.label();
    for (const name of this.names) names.add(name);
    const { tenant, action, votes, escalations, scene, hold } = this;
    return { tenant, action, scene, decided_at: scene.facts.decided_at, votes, escalations, hold };
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
    if (this.random.chance(0.2)) this.put(TOPICS.approvals, 'CustodyChanged', custody(this.scene, this.now));
    if (this.random.chance(0.4)) this.vote('approval', 'approve', { resolving: false, counted: true });
    if (this.random.chance(0.4)) this.addEvidence();
    this.end(this.random.pick(endings));
  }

  /** A copy of it counts once. */
  private escalate(): void {
    this.escalations = 1;
    const event = escalated(this.scene, this.now);
    this.put(TOPICS.approvals, 'RequestEscalated', event);
    if (this.random.chance(0.3)) this.put(TOPICS.approvals, 'RequestEscalated', event);
  }

  private addEvidence(): void {
    this.wait();
    const voided = this.votes.filter(({ counted }) => counted);
    for (const vote of voided) vote.counted = false;
    const event = evidence(
      this.scene,
      voided.map(({ vote_id }) => vote_id),
      this.now,
    );
    this.put(TOPICS.approvals, 'EvidenceRecorded', event);
  }

  /** An approved action in the release queue, which people or the clock let go, or call back. */
  private queue(): void {
    const change = (status: string, by: string | null): number => {
      this.wait();
      const at = this.now;
      this.put(TOPICS.approvals, 'HoldChanged', held(this.scene, { status, reviewer_id: by }, at));
      return at;
    };
    const held_at = change('held', null);
    const ended = this.random.pick([null, 'released', 'recalled'] as const);
    const by = ended === 'recalled' ? 'bob' : this.random.pick(['ann', null]);
    this.hold = { held_at, ended: ended && { status: ended, at: change(ended, by), by: by ?? 'clock' } };
  }

  private end(ending: (typeof endings)[number]): void {
    if (ending === 'changed') this.change();
    if (ending === 'approved' || ending === 'changed') this.resolve('approved', 'people');
    else if (ending === 'denied') this.resolve('denied', 'people');
    else if (ending === 'glass') {
      this.resolve('approved', 'admin');
      this.put(TOPICS.approvals, 'GlassBroken', glass(this.scene, this.now));
    } else if (ending !== 'pending') this.resolve(ending, ending === 'expired' ? 'clock' : 'agent');
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

  private execute(): void {
    const facts = { ...this.scene.facts, grant_id: derivedId('grant', this.action.action_id), digest: digestOf('x') };
    const issued = { issued_at: this.now, expires_at: this.now + 60 * MINUTE };
    this.put(TOPICS.approvals, 'GrantIssued', { ...facts, authority: 'people', ...issued });
    const ended = this.random.pick([null, null, null, null, null, null, null, 'GrantRevoked', 'GrantLapsed'] as const);
    if (ended) return this.put(TOPICS.approvals, ended, grantEnd(ended, this.scene));
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
}
