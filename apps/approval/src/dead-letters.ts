import { deadLetter } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import type { Appender, DeadLetter } from '@countersign/kafka';

/** Keeps a record of `notifications` that no service of ours wrote. */
export const deadLetters =
  (appender: Pick<Appender, 'append'>, macKeys: MacKeys): DeadLetter =>
  async (record, reason, detail) => {
    await appender.append([deadLetter(record, { service: 'approval', step: 'decode', reason, detail }, macKeys)]);
  };
