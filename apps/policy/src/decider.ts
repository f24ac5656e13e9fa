import { CountersignError } from '@countersign/canonical';
import { EventError, eventId, openRecord, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { ActionProposed, MacKeys, WireRecord } from '@countersign/events';
import type { Appender, Handled, InRecord } from '@countersign/kafka';
import { actionOf, evaluate } from '@countersign/policy';
import type { Decision } from '@countersign/policy';
import { decidedEvent } from './decided-event.js';
import type { PolicySource } from './policy-log.js';

export interface DeciderOptions {
  readonly policies: PolicySource;
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
      await this.options.appender.append([this.decisionOf(record)]);
      return { kind: 'done' };
    } catch (error) {
      if (error instanceof EventError) return { kind: 'dead_letter', reason: error.reason, detail: error.message };
      if (error instanceof CountersignError && error.retriable) return { kind: 'retry', reason: error.message };
      throw error;
    }
  }

  private decisionOf(record: InRecord): WireRecord {
    const { policies, macKeys, onDecided } = this.options;
    const action = openRecord(record, macKeys).event as ActionProposed;
    const { tenant, action_id, body_hash } = action;
    const decision = evaluate(policies.current().setAt(record.timestampMs), tenant, actionOf(action));
    onDecided?.(decision);
    const event = decidedEvent(action, record.value ?? Buffer.alloc(0), record.timestampMs, decision);
    return toRecord({
      ...{ topic: TOPICS.approvalLog, name: 'ActionDecided' as const, event, key: recordKey(tenant, action_id) },
      ...{ id: eventId('ActionDecided', tenant, action_id, body_hash), timeMs: record.timestampMs },
      ...{ service: 'policy' as const, macKeys, traceparent: record.headers['traceparent']?.toString() },
    });
  }
}
