import type { AppendCall, AppendItem } from './append-call.js';

/** Records that wait for the one sender, in the order of their calls. */
export class AppendQueue {
  private items: AppendItem[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(call: AppendCall): void {
    for (const item of call.items) this.items.push(item);
  }

  /** Takes the next records up to both limits, at least one; records of calls that were given up are dropped. */
  take(maxRecords: number, maxBytes: number): AppendItem[] {
    const taken: AppendItem[] = [];
    let bytes = 0;
    for (; this.head < this.items.length; this.head++) {
      const item = this.items[this.head]!;
      if (item.call.settled) continue;
      if (taken.length > 0 && (taken.length >= maxRecords || bytes + item.bytes > maxBytes)) break;
      taken.push(item);
      bytes += item.bytes;
    }
    this.trim();
    return taken;
  }

  /** Frees what was taken without copying the array on every take. */
  private trim(): void {
    if (this.head < this.items.length && this.head < 4_096) return;
    this.items = this.items.slice(this.head);
    this.head = 0;
  }
}
