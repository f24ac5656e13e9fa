/** A statement about a subject. */
export interface Statement {
  readonly subject: string;
  readonly id: string;
  /** When it was written, UTC epoch milliseconds. */
  readonly writtenMs: number;
}

/**
 * Tells a statement that is new from one that was made before. A signature says who wrote a record, not when it was put
 * into the topic: an old one, put again, must not roll anything back.
 */
export class NewestOnly {
  private readonly ids = new Set<string>();
  private readonly lastMs = new Map<string, number>();
  /** The latest time of any statement that was taken, UTC epoch milliseconds; 0 before the first. */
  latestMs = 0;

  /** `repeated`: it was taken before. `older`: something later was said of the subject. */
  judge({ subject, id, writtenMs }: Statement): 'newest' | 'repeated' | 'older' {
    if (this.ids.has(id)) return 'repeated';
    if (writtenMs < (this.lastMs.get(subject) ?? -Infinity)) return 'older';
    this.ids.add(id);
    this.lastMs.set(subject, writtenMs);
    this.latestMs = Math.max(this.latestMs, writtenMs);
    return 'newest';
  }
}
