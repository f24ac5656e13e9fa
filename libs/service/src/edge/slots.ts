import { CountersignError } from '@countersign/canonical';

export interface SlotLimits {
  /** Of one API key or person, 1 or more. */
  readonly perCaller: number;
  /** Of this instance, 1 or more. */
  readonly total: number;
}

const RETRY_AFTER_S = 5;

/** How many calls of one kind may be open at a time: one caller cannot take the places of all others. */
export class Slots {
  private readonly byCaller = new Map<string, number>();
  private taken = 0;

  /** @param what the calls are called in a refusal, e.g. `waiting calls` */
  constructor(
    private readonly what: string,
    private readonly limits: SlotLimits,
  ) {}

  /**
   * @param caller an authenticated id
   * @returns gives the place back; safe to call twice
   * @throws CountersignError `rate_limited` when there is none
   */
  take(caller: string): () => void {
    const own = this.byCaller.get(caller) ?? 0;
    const { perCaller, total } = this.limits;
    if (own >= perCaller) throw this.refused(`you have ${perCaller} ${this.what} open`);
    if (this.taken >= total) throw this.refused(`all ${total} places for ${this.what} are taken`);
    this.byCaller.set(caller, own + 1);
    this.taken += 1;
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      this.give(caller);
    };
  }

  private give(caller: string): void {
    this.taken -= 1;
    const left = (this.byCaller.get(caller) ?? 1) - 1;
    if (left === 0) this.byCaller.delete(caller);
    else this.byCaller.set(caller, left);
  }

  private refused(why: string): CountersignError {
    return new CountersignError('rate_limited', `${why}; end one, or try again`, { retry_after: RETRY_AFTER_S });
  }
}
