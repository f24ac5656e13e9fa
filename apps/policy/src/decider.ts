import { CountersignError } from '@countersign/canonical';
import { EventError, eventId, openRecord, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { ActionProposed, MacKeys, WireRecord } from '@countersign/events';
import type { Appender, Handled, InRecord } from '@countersign/kafka';
import { countsOf, evaluate } from '@countersign/policy';
import type { Decision, DeniedBefore } from '@countersign/policy';
import { decidedEvent } from './decided-event.js';
import type { DenialSource } from './denials/denial-log.js';
import type { DrawSource } from './draws/draw-source.js';
import { guardChange } from './lifecycle/change-guard.js';
import type { ChangeSeal } from './lifecycle/change-seal.js';
import { NO_EVIDENCE } from './evidence/evidence-log.js';
import type { EvidenceSource } from './evidence/evidence-log.js';
import type { PolicySource } from './policy-log.js';
import type { VelocitySource } from './velocity/velocity.js';

export interface DeciderOptions {
  readonly policies: PolicySource;
  readonly velocity: Pick<VelocitySource, 'of'>;
  /** What people denied before. */
  readonly denials: DenialSource;
  readonly draws: Pick<DrawSource, 'at'>;
  /** Tells changes of policy that this service stated. */
  readonly seal: ChangeSeal;
  /** What drift guards ask; without it nothing is proven. */
  readonly evidence?: EvidenceSource;
  readonly appender: Pick<Appender, 'append'>;
  readonly macKeys: MacKeys;
  readonly onDecided?: (decision: Decision) => void;
}

/** Decides proposals: one record in, one decision appended. Keeps no memory of what it decided. */
export class Decider {
  constructor(private readonly options: DeciderOptions) {}

  /** `done` only after the decision is acknowledged, so that the offset moves behind it. */
  async decide(record: InRecord): Promise<Handled> {
    try {
      await this.options.appender.append([await this.decisionOf(record)]);
      return { kind: 'done' };
    } catch (error) {
      if (error instanceof EventError) return { kind: 'dead_letter', reason: error.reason, detail: error.message };
      if (error instanceof CountersignError && error.retriable) return { kind: 'retry', reason: error.message };
      throw error;
    }
  }

  private async decisionOf(record: InRecord): Promise<WireRecord> {
    const { macKeys, onDecided } = this.options;
    const action = openRecord(record, macKeys).event as ActionProposed;
    const { tenant, action_id, body_hash } = action;
    const denied_before = await this.options.denials.of(action, record.timestampMs);
    const decision = await this.evaluated(action, record.timestampMs, denied_before);
    onDecided?.(decision);
    const framed = record.value ?? Buffer.alloc(0);
    const event = decidedEvent(action, framed, record.timestampMs, { ...decision, denied_before });
    return toRecord({
      ...{ topic: TOPICS.approvalLog, name: 'ActionDecided' as const, event, key: recordKey(tenant, action_id) },
      ...{ id: eventId('ActionDecided', tenant, action_id, body_hash), timeMs: record.timestampMs },
      ...{ service: 'policy' as const, macKeys, traceparent: record.headers['traceparent']?.toString() },
    });
  }

  /** Everything is as it was at the log time of the proposal, so a redelivered one hears the same. */
  private async evaluated(action: ActionProposed, atMs: number, denied: readonly DeniedBefore[]): Promise<Decision> {
    const { policies, velocity, draws, seal, evidence = NO_EVIDENCE } = this.options;
    const history = policies.current();
    const set = history.setAt(atMs);
    const circumstances = {
      tenant: action.tenant,
      evidence: evidence.of(set, action, atMs),
      draws: draws.at(atMs),
      watching: history.shadowsAt(atMs),
    };
    const facts = { ...(await velocity.of(history, action, atMs)), denials: countsOf(denied) };
    const decision = evaluate(set, action.tenant, facts, circumstances);
    return guardChange(decision, { facts, tenant: action.tenant, operators: action.operators }, { history, seal });
  }
}
