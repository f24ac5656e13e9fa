import { setTimeout } from 'node:timers/promises';
import { CountersignError } from '@countersign/canonical';

/** After its work a caller rests this many times as long as that took: one caller has at most a tenth of the event loop. */
const REST = 9;
/** Pieces of work of one caller that wait. */
const MOST_WAITING = 32;

interface Line {
  tail: Promise<void>;
  waiting: number;
}

/** Work that holds the event loop, which decisions need too: each caller's one after the other, with a rest between. */
export class FairShare {
  private readonly lines = new Map<string, Line>();

  /**
   * @param work synchronous; what it throws is thrown
   * @throws CountersignError `rate_limited` when too much of the caller's work waits already
   */
  async run<T>(caller: string, work: () => T): Promise<T> {
    const line = this.lines.get(caller) ?? { tail: Promise.resolve(), waiting: 0 };
    if (line.waiting >= MOST_WAITING)
      throw new CountersignError('rate_limited', `${MOST_WAITING} calls of yours wait already; send them one by one`, {
        retry_after: 1,
      });
    this.lines.set(caller, line);
    line.waiting += 1;
    const before = line.tail;
    let end: () => void = () => undefined;
    line.tail = new Promise((resolve) => (end = resolve));
    await before;
    const begunMs = performance.now();
    try {
      return work();
    } finally {
      void this.rest(caller, line, REST * (performance.now() - begunMs)).then(end);
    }
  }

  private async rest(caller: string, line: Line, ms: number): Promise<void> {
    await setTimeout(ms, undefined, { ref: false });
    line.waiting -= 1;
    if (line.waiting === 0) this.lines.delete(caller);
  }
}
