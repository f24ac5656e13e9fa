import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EventError, openRecord, TOPICS } from '@countersign/events';
import type { Handled, InRecord } from '@countersign/kafka';
import { NOTIFY } from '../tokens.js';
import type { NotifyParts } from './notify-parts.js';

/** Owner of the dead letters of `notifications`. Delivering is done by a reader that every instance has for itself. */
@Controller()
export class LettersHandler {
  constructor(@Inject(NOTIFY) private readonly parts: NotifyParts) {}

  @EventPattern(TOPICS.notifications)
  onRecord(@Payload() record: InRecord): Handled {
    try {
      openRecord(record, this.parts.macKeys);
      return { kind: 'done' };
    } catch (error) {
      if (error instanceof EventError) return { kind: 'dead_letter', reason: error.reason, detail: error.message };
      throw error;
    }
  }
}
