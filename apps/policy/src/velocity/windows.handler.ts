import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EventError, openRecord, TOPICS } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import type { Handled, InRecord } from '@countersign/kafka';
import { MAC_KEYS } from '../tokens.js';

/** Owner of the dead letters of `windows`. Counting is done by a reader that every instance has for itself. */
@Controller()
export class WindowsHandler {
  constructor(@Inject(MAC_KEYS) private readonly macKeys: MacKeys) {}

  @EventPattern(TOPICS.windows)
  onEntry(@Payload() record: InRecord): Handled {
    try {
      openRecord(record, this.macKeys);
      return { kind: 'done' };
    } catch (error) {
      if (error instanceof EventError) return { kind: 'dead_letter', reason: error.reason, detail: error.message };
      throw error;
    }
  }
}
