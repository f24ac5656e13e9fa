import { CountersignError } from '@countersign/canonical';
import type { Appended, OutRecord } from './port.js';
import { sizeOf } from './records.js';

/** One record of one call, on its way. */
export interface AppendItem {
  readonly call: AppendCall;
  readonly index: number;
  readonly record: OutRecord;
  readonly bytes: number;
}

/** One caller's `append`: settles once, by the last acknowledgement, by a refusal or by its deadline. */
export class AppendCall {
  readonly items: readonly AppendItem[];
  readonly answer: Promise<Appended[]>;
  settled = false;
  /** Set before the first send: from then on nobody knows whether a copy is in the log. */
  attempted = false;
  private readonly appended: Appended[] = [];
  private missing: number;
  private readonly timer: NodeJS.Timeout;
  private resolve!: (appended: Appended[]) => void;
  private reject!: (error: Error) => void;

  constructor(records: readonly OutRecord[], deadlineMs: number) {
    this.answer = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.items = records.map((record, index) => ({ call: this, index, record, bytes: sizeOf(record) }));
    this.missing = records.length;
    this.timer = setTimeout(() => this.fail(this.lateError(deadlineMs)), deadlineMs);
    if (records.length === 0) this.finish();
  }

  acknowledge(index: number, appended: Appended): void {
    if (this.settled) return;
    this.appended[index] = appended;
    if (--this.missing === 0) this.finish();
  }

  fail(error: Error): void {
    if (this.settled) return;
    this.settle();
    this.reject(error);
  }

  private finish(): void {
    this.settle();
    this.resolve(this.appended);
  }

  private settle(): void {
    this.settled = true;
    clearTimeout(this.timer);
  }

  private lateError(deadlineMs: number): CountersignError {
    return this.attempted
      ? new CountersignError(
          'unknown_outcome',
          `The log did not acknowledge within ${deadlineMs} ms; retry with the same id.`,
          { retry_after: 1 },
        )
      : new CountersignError(
          'overloaded',
          `The log could not be reached within ${deadlineMs} ms; nothing was written.`,
          { retry_after: 1 },
        );
  }
}
