import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { CountersignError } from '@countersign/canonical';
import { EventError, openRecord, TOPICS } from '@countersign/events';
import type { Opened } from '@countersign/events';
import type { Handled, InRecord } from '@countersign/kafka';
import { messageOf, wants } from '@countersign/notify';
import { NOTIFY } from '../tokens.js';
import { queued } from './notifications.js';
import type { NotifyParts } from './notify-parts.js';

/** A message about what happened longer ago helps nobody, milliseconds: a first start reads the topic from its beginning. */
const TOO_OLD_MS = 3 * 86_400_000;
const DONE: Handled = { kind: 'done' };

/** Queues messages about public events. Delivering them is another matter: no record waits for a receiver. */
@Controller()
export class ApprovalsHandler {
  constructor(@Inject(NOTIFY) private readonly parts: NotifyParts) {}

  /** At least once: a redelivered event queues the same deliveries, of which the first counts. */
  @EventPattern(TOPICS.approvals)
  async onEvent(@Payload() record: InRecord): Promise<Handled> {
    const { settings, pageUrl, notifications } = this.parts;
    const nowMs = Date.now();
    if (record.timestampMs < nowMs - TOO_OLD_MS) return DONE;
    const opened = this.open(record);
    const message = opened === null ? null : messageOf(opened, pageUrl);
    const messageId = record.headers['ce_id']?.toString();
    if (message === null || messageId === undefined) return DONE;
    const endpoints = settings.get()?.endpoints;
    if (endpoints === undefined) return { kind: 'retry', reason: 'notifications.json cannot be read' };
    const tenant = String(message.data['tenant']);
    const chosen = endpoints.filter((endpoint) => wants(endpoint, tenant, message));
    return this.append(() =>
      notifications.append(chosen.map((endpoint) => queued(endpoint, messageId, message, { nowMs }))),
    );
  }

  private async append(work: () => Promise<void>): Promise<Handled> {
    try {
      await work();
      return DONE;
    } catch (error) {
      if (error instanceof CountersignError && error.retriable) return { kind: 'retry', reason: error.code };
      throw error;
    }
  }

  /** What cannot be read is telemetry's to report. */
  private open(record: InRecord): Opened | null {
    try {
      return openRecord(record, this.parts.macKeys);
    } catch (error) {
      if (error instanceof EventError) return null;
      throw error;
    }
  }
}
