import type { Logger } from './logger.js';
import { stampOf } from './secret-file.js';

/** How old what is known of a file may be when it is used, milliseconds. */
export const RECHECK_MS = 1_000;

/** What a file of the secrets folder says whenever it is asked; a change is seen within a second, without a restart. */
export class LiveSecret<T> {
  private known: T;
  private stamp = '';
  private checkedAtMs = performance.now();

  /**
   * @param path of the file
   * @param read reads it @throws Error naming the file and what is wrong with it (never its content)
   */
  constructor(
    private readonly path: string,
    private readonly read: () => T,
    private readonly log: Logger,
  ) {
    this.known = read();
  }

  current(): T {
    const nowMs = performance.now();
    if (nowMs - this.checkedAtMs < RECHECK_MS) return this.known;
    this.checkedAtMs = nowMs;
    this.reload();
    return this.known;
  }

  /** A file that cannot be read keeps what was known: half a write changes nothing. */
  private reload(): void {
    try {
      const stamp = stampOf(this.path);
      if (stamp === this.stamp) return;
      this.known = this.read();
      this.stamp = stamp;
    } catch (fault) {
      this.log.warn('secret not read', { file: this.path, fault });
    }
  }
}
