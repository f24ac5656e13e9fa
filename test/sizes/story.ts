import { proposalOf } from '@countersign/approval';
import { CountersignError, derivedId, digestOf, LIMITS, sha256 } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { VoteCast } from '@countersign/events';
import { OutcomeBody } from '../../apps/intake/src/action-body.js';
import { outcomeRequest } from '../../apps/intake/src/outcome-request.js';
import { validate } from '../../apps/intake/src/validate.js';
import { admitted, decisionOn, edits, recordOf, START_MS } from './services.js';
import { Life } from './life.js';

/** Three bytes a letter, as long as the door takes them. */
const REASON = '\u4e16'.repeat(10_000);
const SHORT_REASON = '\u4e16'.repeat(2_000);
const person = (subject: string) => ({ issuer: 'https://issuer.example', subject, roles: ['finance', 'admin'] });

/** Drives one accepted proposal through all that may follow. */
export class Story {
  private constructor(
    readonly life: Life,
    private calls = 0,
  ) {}

  /** Proposed and decided. @throws CountersignError where the door does not take it */
  static async begin(body: JsonValue): Promise<Story> {
    const action = admitted(body);
    const life = new Life(action, START_MS);
    life.append(await decisionOn(life.note(recordOf(action))));
    return new Story(life);
  }

  /** Everybody reads, talks, attaches; somebody changes it, as often as asked for; two approve; it is redeemed. */
  async whole(parameters: readonly JsonValue[]): Promise<void> {
    this.shown('ann');
    this.custody('ann', 'comment', { text: REASON });
    this.custody('ann', 'claim');
    this.custody('ann', 'recuse', { reason: SHORT_REASON });
    this.attach('file'.repeat(60));
    for (const [at, value] of parameters.entries()) await this.edit(`editor-${at}`, value);
    for (const subject of ['bob', 'cat']) {
      // An editor's vote counts.
      if (this.life.requested.request.status !== 'pending') break;
      this.shown(subject);
      this.vote(subject, 'approve');
    }
    this.redeem();
    this.report();
  }

  /** @returns false where the door refuses the edit as too large */
  async edit(subject: string, parameters: JsonValue): Promise<boolean> {
    const by = person(subject);
    const edit = await edits
      .build(this.life.requested, parameters as { [name: string]: JsonValue }, by)
      .catch((fault: unknown) => {
        if (fault instanceof CountersignError && ['too_large', 'edit_denied_by_policy'].includes(fault.code))
          return null;
        throw fault;
      });
    if (edit !== null) this.taken('VoteCast', this.ballot(subject, { vote: 'approve_with_changes', edit }));
    return edit !== null;
  }

  deny(subject: string): void {
    this.vote(subject, 'deny');
  }

  cancel(): void {
    const { agent_id } = this.life.action.decided;
    this.taken('CancelRequested', { ...this.about(), agent_id, reason: REASON });
  }

  private vote(subject: string, vote: VoteCast['vote']): void {
    this.taken('VoteCast', this.ballot(subject, { vote, edit: null }));
  }

  private shown(subject: string): void {
    const { packet_digest } = this.life.requested.request;
    this.taken('PacketShown', {
      ...this.about(),
      ...this.on(),
      ...person(subject),
      packet_digest,
      batch: null,
      outlier: null,
    });
  }

  private custody(
    subject: string,
    verb: 'comment' | 'claim' | 'recuse',
    said: { text?: string; reason?: string } = {},
  ): void {
    const to = { to_subject: null, to_issuer: null, to_roles: null };
    const what = { ...this.about(), ...this.on(), ...to, verb, reason: said.reason ?? null, text: said.text ?? null };
    this.taken('CustodyRequested', { ...what, ...person(subject), body_hash: digestOf([verb, subject]) });
  }

  private attach(name: string): void {
    const file = { attachment_id: derivedId('vote', name), kind: 'evidence', name, media_type: 'text/plain' };
    const content = { size_bytes: 1, sha256: sha256(name), as_agent: false, body_hash: digestOf(name) };
    this.taken('EvidenceAttached', { ...this.about(), ...this.on(), ...file, ...content, ...person('ann') });
  }

  private ballot(subject: string, { vote, edit }: Pick<VoteCast, 'vote' | 'edit'>): VoteCast {
    const { packet_digest, request_id } = this.life.requested.request;
    const ids = { vote_id: derivedId('vote', request_id, subject, String(this.calls)), batch_id: null, batch: null };
    const body_hash = digestOf([subject, vote, this.calls]);
    const said = { vote, edit, packet_digest, reason: REASON, release_at: null, batch_approvals: null };
    return { ...this.about(), ...this.on(), ...person(subject), ...ids, ...said, body_hash };
  }

  private redeem(): void {
    const { action, requested } = this.life;
    const { grant_id, environment } = action.decided;
    const { preconditions } = proposalOf(action);
    const what = { grant_id, environment, action_digest: requested.request.digest, diff_digest: null };
    const redemption = {
      ...this.about(),
      ...what,
      executor_id: 'executor',
      preconditions,
      token_expires_at: START_MS + 3_600_000,
    };
    this.taken('RedemptionRequested', { ...redemption, body_hash: digestOf('redemption') });
  }

  /** The longest report that its door takes. */
  private report(): void {
    const { tenant, action_id } = this.life.action.decided;
    const check = { name: 'c'.repeat(256), passed: true, detail: '\u4e16'.repeat(2_000) };
    const said = validate(OutcomeBody, {
      status: 'executed',
      ...{ result: { v: 'x'.repeat(LIMITS.body / 2) }, post_checks: Array.from({ length: 20 }, () => check) },
    });
    const source = {
      tenant,
      action_id,
      reporter: { kind: 'executor', id: 'executor' },
      key: 'k',
      nowMs: START_MS,
    } as const;
    const request = outcomeRequest(said, { ...source, submitted_at: new Date(START_MS).toISOString() });
    const texts = { result: JSON.stringify(request['result']), post_checks: JSON.stringify(request['post_checks']) };
    const { run_id } = this.about();
    this.taken('OutcomeFiled', {
      ...(request as { tenant: string }),
      ...texts,
      run_id,
      action_id,
      occurred_at: null,
    } as never);
  }

  private about() {
    const { tenant, action_id, run_id } = this.life.action.decided;
    return { tenant, action_id, run_id, client_request_id: `call-${(this.calls += 1)}`.padEnd(255, 'x') };
  }

  private on() {
    return { request_id: this.life.action.decided.request_id };
  }

  private readonly taken = ((name: never, event: never): void => {
    const { code } = this.life.ask(name, event);
    if (code !== 'ok') throw new Error(`${String(name)} was refused: ${code}`);
  }) as (...args: Parameters<Life['ask']>) => void;
}
