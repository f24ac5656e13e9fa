import { CountersignError } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { ActionProposed, Decoded, MacKeys } from '@countersign/events';
import { EventFold } from '@countersign/kafka';
import type { InRecord, KafkaConnection } from '@countersign/kafka';
import { guardsDrift, speakersFor } from '@countersign/policy';
import type { PolicySet } from '@countersign/policy';
import type { Logger } from '@countersign/service';
import { EvidenceFacts } from './evidence-facts.js';

export interface EvidenceLogOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  readonly log: Logger;
}

/** Counts the evidence for one action's agent, version, model and type; null when it is not known. */
export type CountEvidence = () => number | null;

/** Where the evidence for drift guards comes from. */
export interface EvidenceSource {
  /**
   * @param proposedAtMs log time of the proposal; what came later is not counted
   * @throws CountersignError `overloaded` while a guard asks and the log is still being read
   */
  of(set: PolicySet, action: ActionProposed, proposedAtMs: number): CountEvidence;
}

/**
 * A fact counts for proposals that are younger by this, milliseconds. By then every instance has read it, so that a
 * proposal that is decided once more hears the same count.
 */
const SETTLED_MS = 2_000;

const UNKNOWN: CountEvidence = () => null;

/** Knows nothing, so that nothing is proven. */
export const NO_EVIDENCE: EvidenceSource = { of: () => UNKNOWN };

/**
 * Evidence from the public topics: what people approved, and what was found harmless or harmful. Read from the beginning
 * by every instance, from the first moment on at which a policy has a drift guard; without one nothing is read.
 */
export class EvidenceLog implements EvidenceSource {
  private readonly facts = new EvidenceFacts();
  private fold: EventFold | null = null;
  private opened = false;

  constructor(private readonly options: EvidenceLogOptions) {}

  /** Starts reading when one of the policies has a drift guard. Resolves when everything written so far is counted. */
  async open(set: PolicySet): Promise<void> {
    if (guardsDrift(set)) await this.start();
  }

  of(set: PolicySet, action: ActionProposed, proposedAtMs: number): CountEvidence {
    const asked = speakersFor(set, action.tenant, action.action_type).some(({ policy }) => policy.driftGuard !== null);
    if (asked && !this.opened) {
      void this.start();
      throw new CountersignError('overloaded', 'the evidence is still being read', { retry_after: 1 });
    }
    return this.opened ? () => this.facts.evidence.count(action, proposedAtMs - SETTLED_MS) : UNKNOWN;
  }

  /** True also when nobody asks for evidence. */
  healthy(): boolean {
    return this.fold === null || (this.opened && this.fold.healthy());
  }

  async close(): Promise<void> {
    await this.fold?.close();
  }

  private async start(): Promise<void> {
    if (this.fold !== null) return;
    const { connection, macKeys, log } = this.options;
    const names = ['RequestResolved', 'GrantIssued', 'SampleLabelled', 'LabelRecorded'] as const;
    const take = (name: (typeof names)[number]) => (event: Decoded['event'], record: InRecord) =>
      this.take(name, event, record);
    this.fold = new EventFold(connection, {
      ...{ topics: [TOPICS.approvals, TOPICS.labels], group: 'countersign.policy.evidence', macKeys, log },
      facts: Object.fromEntries(names.map((name) => [name, take(name)])),
    });
    await this.fold.start();
    this.opened = true;
  }

  private take(name: Decoded['name'], event: Decoded['event'], { timestampMs }: InRecord): void {
    this.facts.take({ name, event }, timestampMs);
    if (this.opened) this.facts.forget(timestampMs);
  }
}
