import { setTimeout } from 'node:timers/promises';
import { sha256 } from '@countersign/canonical';
import type { Engine, EventRow } from '@countersign/clickhouse';

interface Range {
  readonly rows: readonly EventRow[];
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

/** Ranges of one fetch come within a few milliseconds of each other. */
const GATHER_MS = 20;
const MAX_ROWS = 10_000;

/**
 * Group commit into `event_rows`: ranges of several partitions that are ready together share one insert, because an insert
 * costs the engine a part and its merges, whatever its size.
 */
export class RowWriter {
  private waiting: Range[] = [];
  private draining = false;

  constructor(private readonly engine: Pick<Engine, 'insert'>) {}

  /**
   * Resolves when the engine has the rows; they land together or not at all.
   * @throws the engine's fault, for every range of the same insert; whether they landed is then unknown
   */
  write(rows: readonly EventRow[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ rows, resolve, reject });
      if (!this.draining) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.draining = true;
    while (this.waiting.length > 0) {
      await setTimeout(GATHER_MS);
      await this.insert(this.takeGroup());
    }
    this.draining = false;
  }

  private takeGroup(): Range[] {
    let size = 0;
    const tooMany = this.waiting.findIndex(({ rows }, at) => (size += rows.length) > MAX_ROWS && at > 0);
    return this.waiting.splice(0, tooMany === -1 ? this.waiting.length : tooMany);
  }

  private async insert(group: readonly Range[]): Promise<void> {
    const rows = group.flatMap((range) => range.rows);
    try {
      await this.engine.insert('event_rows', rows, tokenOf(rows));
      group.forEach(({ resolve }) => resolve());
    } catch (fault) {
      group.forEach(({ reject }) => reject(fault));
    }
  }
}

/** A reused token with other rows would be dropped without a word, so the token covers place and content. */
const tokenOf = (rows: readonly EventRow[]): string => sha256(JSON.stringify(rows));
