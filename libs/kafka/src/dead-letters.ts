import { deadLetter } from '@countersign/events';
import type { MacKeys, ServiceName } from '@countersign/events';
import type { Appender, DeadLetter } from './port.js';

export interface DeadLettersOptions {
  readonly appender: Pick<Appender, 'append'>;
  readonly macKeys: MacKeys;
  readonly service: ServiceName;
  /** The step within the service that gives up for this reason. Default `decode`. */
  readonly stepOf?: (reason: string) => string;
}

/** Keeps what a service cannot take on the topic of dead letters. */
export const deadLetters =
  ({ appender, macKeys, service, stepOf = () => 'decode' }: DeadLettersOptions): DeadLetter =>
  async (record, reason, detail) => {
    await appender.append([deadLetter(record, { service, step: stepOf(reason), reason, detail }, macKeys)]);
  };
