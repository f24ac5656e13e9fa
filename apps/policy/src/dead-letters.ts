import { deadLetter } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import type { Appender, DeadLetter } from '@countersign/kafka';

/** Keeps a record of `actions` that is no proposal. */
export const deadLetters =
  (appender: Pick<Appender, 'append'>, macKeys: MacKeys): DeadLetter =>
  async (record, reason, detail) => {
    await appender.append([deadLetter(record, { service: 'policy', step: 'decode', reason, detail }, macKeys)]);
  };
