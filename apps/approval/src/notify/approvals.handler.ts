import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { CountersignError } from '@countersign/canonical';
import { EventError, openRecord, TOPICS } from '@countersign/events';
import type { Opened } from '@countersign/events';
import type { Handled, InRecord } from '@countersign/kafka';
import { hintOf, messageOf, wants } from '@countersign/notify';
import type { DeliveryEvent } from '@countersign/notify';
import { NOTIFY } from '../tokens.js';
import { contentOf, contentOfHint, queued } from './notifications.js';
import type { NotifyParts } from './notify-parts.js';

/** A message about what happened longer ago helps nobody, milliseconds: a first start reads the topic from its beginning. */
const TOO_OLD_MS = 3 * 86_400_000;
const DONE: Handled = { kind: 'done' };

/** A public event and its id, which receivers drop repeats by. */
type Told = Opened & { readonly id: string };

/** Queues messages about public events. Delivering them is another matter: no record waits for a receiver. */
@Controller()
export class ApprovalsHandler {
  constructor(@Inject(NOTIFY) private readonly parts: NotifyParts) {}

  /** At least once: a redelivered event queues the same deliveries, of which the first counts. */
  @EventPattern(TOPICS.approvals)
  async onEvent(@Payload() record: InRecord): Promise<Handled> {
    const nowMs = Date.now();
    const opened = this.open(record, nowMs);
    if (opened === null) return DONE;
    const people = this.forPeople(opened, nowMs);
    if (people === null) return { kind: 'retry', reason: 'notifications.json cannot be read' };
    return this.append(() => this.parts.notifications.append([...people, ...this.forAgent(opened, nowMs)]));
  }

  /** What policy decided by itself is of interest to agents alone. */
  @EventPattern(TOPICS.decisions)
  async onDecision(@Payload() record: InRecord): Promise<Handled> {
    const nowMs = Date.now();
    const opened = this.parts.callbacks.all().length === 0 ? null : this.open(record, nowMs);
    if (opened === null) return DONE;
    return this.append(() => this.parts.notifications.append(this.forAgent(opened, nowMs)));
  }

  /** null while it is not known who wants what. */
  private forPeople(opened: Told, nowMs: number): DeliveryEvent[] | null {
    const message = messageOf(opened, this.parts.pageUrl);
    if (message === null) return [];
    const tenant = String(message.data['tenant']);
    const endpoints = this.parts.settings.get()?.endpoints.filter((endpoint) => wants(endpoint, tenant, message));
    return endpoints?.map((endpoint) => queued(endpoint, opened.id, contentOf(message), { nowMs })) ?? null;
  }

  private forAgent(opened: Told, nowMs: number): DeliveryEvent[] {
    const hint = hintOf(opened);
    const endpoint = hint === null ? null : this.parts.callbacks.ofAgent(hint.tenant, hint.agent_id);
    if (hint === null || endpoint === null) return [];
    return [queued(endpoint, opened.id, contentOfHint(hint, hint.run_id), { nowMs })];
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

  /** What is worth telling. What cannot be read is telemetry's to report. */
  private open(record: InRecord, nowMs: number): Told | null {
    const id = record.headers['ce_id']?.toString();
    if (id === undefined || record.timestampMs < nowMs - TOO_OLD_MS) return null;
    try {
      return { ...openRecord(record, this.parts.macKeys), id };
    } catch (error) {
      if (error instanceof EventError) return null;
      throw error;
    }
  }
}
