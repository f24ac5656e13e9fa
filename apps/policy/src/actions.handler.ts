import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS } from '@countersign/events';
import type { Handled, InRecord } from '@countersign/kafka';
import type { Decider } from './decider.js';
import { DECIDER } from './tokens.js';

@Controller()
export class ActionsHandler {
  constructor(@Inject(DECIDER) private readonly decider: Decider) {}

  /** At least once: a redelivered proposal gets an equal decision, of which the log takes the first. */
  @EventPattern(TOPICS.actions)
  onAction(@Payload() record: InRecord): Promise<Handled> {
    return this.decider.decide(record);
  }
}
