import { randomUUID } from 'node:crypto';
import { derivedId, digestOf } from '@countersign/canonical';
import { eventId, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { LabelRecorded, MacKeys } from '@countersign/events';
import type { Appender } from '@countersign/kafka';
import type { Reviewer } from '@countersign/service';
import type { LabelBody } from './action-body.js';
import { observedAt } from './stated-times.js';
import type { LabelledAction } from './find-labelled.js';

export interface LabelsOptions {
  readonly appender: Appender;
  readonly macKeys: MacKeys;
}

export interface NewLabel {
  readonly body: LabelBody;
  readonly action: LabelledAction;
  readonly reviewer: Reviewer;
  /** The caller's key: the same body with it again is the same label. */
  readonly key: string | undefined;
}

/** Records what actions turned out to be. */
export class Labels {
  constructor(private readonly options: LabelsOptions) {}

  /** @throws CountersignError `invalid_action` for a time that cannot be, `overloaded` or `unknown_outcome` when the log cannot be reached */
  async record(label: NewLabel): Promise<LabelRecorded> {
    const nowMs = Date.now();
    const event = labelEvent(label, nowMs);
    const record = toRecord({
      ...{ topic: TOPICS.labels, name: 'LabelRecorded' as const, event, key: recordKey(event.tenant, event.action_id) },
      ...{ id: eventId('LabelRecorded', event.tenant, event.label_id), timeMs: nowMs },
      ...{ service: 'intake' as const, macKeys: this.options.macKeys },
    });
    await this.options.appender.append([record]);
    return event;
  }
}

function labelEvent({ body, action, reviewer, key }: NewLabel, nowMs: number): LabelRecorded {
  const { issuer, subject, tenant } = reviewer;
  return {
    ...action,
    tenant,
    label_id: derivedId('lab', tenant, action.action_id, issuer, subject, key ?? randomUUID(), digestOf(body)),
    label: body.label,
    source: body.source,
    labelled_by: subject,
    note: body.note ?? null,
    sample_probability: null,
    observed_at: observedAt(body.observed_at, nowMs),
  };
}
