/** The object that conditions read counts of denials from, and its name in the action. */
export const DENIALS = 'denials';

/** One answer of people that ended a request for approval as denied. */
export interface Denial {
  readonly tenant: string;
  readonly agent_id: string;
  readonly action_type: string;
  readonly target: string | null;
  /** Digest of what was denied. */
  readonly digest: string;
  /** Digests of the versions that reviewers replaced before. */
  readonly earlier_digests: readonly string[];
  readonly action_id: string;
  readonly request_id: string;
  readonly reviewer_id: string | null;
  readonly reason: string | null;
  /** When it was published: LogAppendTime, UTC epoch milliseconds. It counts from then on. */
  readonly at: number;
}

/** What is asked about: a proposal. */
export type Asking = Pick<Denial, 'tenant' | 'agent_id' | 'action_type' | 'target' | 'digest' | 'action_id'>;

/** A denial as a packet lists it. */
export interface DeniedBefore extends Pick<Denial, 'action_id' | 'request_id' | 'reviewer_id' | 'reason' | 'at'> {
  /** `digest`: exactly this was denied; `target`: another action of the same agent, type and target. */
  readonly same: 'digest' | 'target';
}

/** How often people denied the like before; what has the same digest has the same target too. */
export interface DenialCounts {
  readonly same_digest: number;
  readonly same_target: number;
}

export const NEVER_DENIED: DenialCounts = { same_digest: 0, same_target: 0 };

export const DENIALS_REMEMBERED_MS = 30 * 86_400_000;
/** Denials of one kind that are kept and counted; the newest stay. */
const MOST_OF_A_KIND = 20;
/** Denials in all; the oldest go. Each is an answer of a person. */
const MOST = 200_000;
const MAX_REASON_CHARACTERS = 500;

const digestKey = (tenant: string, digest: string): string => JSON.stringify([tenant, digest]);
/** null without a target: actions about nothing in particular are not about the same thing. */
const targetKey = ({ tenant, agent_id, action_type, target }: Asking): string | null =>
  target === null ? null : JSON.stringify([tenant, agent_id, action_type, target]);

/** What people denied within 30 days of log time: a bounded fold over their answers, whatever their order. */
export class Denials {
  private readonly kinds = new Map<string, Denial[]>();
  /** By request, in the order in which they were read. */
  private readonly all = new Map<string, Denial>();

  /** Denials that are kept. */
  get size(): number {
    return this.all.size;
  }

  /** Takes an answer; a copy changes nothing. */
  add(denial: Denial): void {
    const id = `${denial.tenant}|${denial.request_id}`;
    if (this.all.has(id)) return;
    const kept = { ...denial, reason: denial.reason === null ? null : shortened(denial.reason) };
    this.all.set(id, kept);
    for (const key of keysOf(kept)) this.kinds.set(key, newest([...(this.kinds.get(key) ?? []), kept]));
    this.forget(denial.at);
  }

  /** The denials that were published before a log time, UTC epoch milliseconds, the newest first. */
  before(asking: Asking, timeMs: number): DeniedBefore[] {
    const counts = ({ at, action_id }: Denial): boolean =>
      at <= timeMs && at > timeMs - DENIALS_REMEMBERED_MS && action_id !== asking.action_id;
    const found = new Set(keysOf(asking).flatMap((key) => this.kinds.get(key) ?? []));
    const same = (denial: Denial): DeniedBefore['same'] =>
      digestsOf(denial).includes(asking.digest) ? 'digest' : 'target';
    return newest([...found].filter(counts)).map((denial) => ({
      ...{ action_id: denial.action_id, request_id: denial.request_id, reviewer_id: denial.reviewer_id },
      ...{ reason: denial.reason, at: denial.at, same: same(denial) },
    }));
  }

  private forget(nowMs: number): void {
    for (const [id, denial] of this.all) {
      if (denial.at > nowMs - DENIALS_REMEMBERED_MS && this.all.size <= MOST) return;
      this.all.delete(id);
      for (const key of keysOf(denial)) this.drop(key, denial);
    }
  }

  private drop(key: string, denial: Denial): void {
    const left = this.kinds.get(key)?.filter((one) => one !== denial) ?? [];
    if (left.length === 0) this.kinds.delete(key);
    else this.kinds.set(key, left);
  }
}

/** Cut between code points. */
const shortened = (text: string): string => Array.from(text).slice(0, MAX_REASON_CHARACTERS).join('');

/** Whoever denies a version that reviewers made has denied what it stands for, too. */
const digestsOf = ({ digest, earlier_digests = [] }: Asking & Partial<Denial>): string[] => [
  ...new Set([digest, ...earlier_digests]),
];

const keysOf = (asking: Asking & Partial<Denial>): string[] =>
  [...digestsOf(asking).map((digest) => digestKey(asking.tenant, digest)), targetKey(asking)].filter(
    (key) => key !== null,
  );

const newest = (denials: readonly Denial[]): Denial[] =>
  denials.toSorted((a, b) => b.at - a.at || (a.request_id < b.request_id ? -1 : 1)).slice(0, MOST_OF_A_KIND);

/** How many of each kind there are, at most 20. */
export const countsOf = (denied: readonly Pick<DeniedBefore, 'same'>[]): DenialCounts => ({
  same_digest: denied.filter(({ same }) => same === 'digest').length,
  same_target: denied.length,
});
