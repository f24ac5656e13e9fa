import type { PolicyPublished, PolicyStateChanged } from '@countersign/events';
import type { CompiledPolicy } from '../compiled.js';
import type { PolicyVersion } from '../policy-version.js';
import { withMode } from './with-mode.js';
import type { ModeOverride } from './with-mode.js';

/** Where a version is in its life. */
export type VersionState = 'draft' | 'shadow' | 'active' | 'retired';

/** One distinct content of a policy, with the number that it has for ever. */
export interface VersionRecord {
  /** Rank of the content hash among the distinct ones of its tenant and name, from 1. */
  readonly version: number;
  readonly published: PolicyPublished;
  /** null when this release cannot read the content; such a version never speaks. */
  readonly policy: CompiledPolicy | null;
}

/** State of a version and who brought it there. */
export interface Standing {
  readonly state: VersionState;
  readonly mode: ModeOverride;
  readonly by: string;
  readonly reason: string | null;
  /** The approved change, or null where none was asked for. */
  readonly action_id: string | null;
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly since: number;
}

/** What speaks and what only watches. */
interface Moment {
  readonly timeMs: number;
  /** True when an approved change and not an operator brought it about. */
  readonly approved: boolean;
  readonly active: PolicyVersion | null;
  readonly shadows: readonly PolicyVersion[];
}

/** All versions of one policy of one tenant: a pure fold over its records in log order. */
export class PolicyLine {
  readonly versions: VersionRecord[] = [];
  private readonly standings = new Map<number, Standing>();
  private readonly moments: Moment[] = [];
  private fromFolder: string | null = null;

  /** Takes a content; one that is known keeps its number, its state and its author, and may get other cases. */
  publish(published: PolicyPublished, timeMs: number, read: () => CompiledPolicy | null): VersionRecord {
    const known = this.byHash(published.content_hash);
    if (known !== null) return this.withCases(known, published.cases);
    const record = { version: this.versions.length + 1, published, policy: read() };
    this.versions.push(record);
    const { author: by, note: reason } = published;
    this.standings.set(record.version, { state: 'draft', mode: null, by, reason, action_id: null, since: timeMs });
    return record;
  }

  private withCases(known: VersionRecord, cases: string | null): VersionRecord {
    if (cases === null || cases === known.published.cases) return known;
    const record = { ...known, published: { ...known.published, cases } };
    this.versions[known.version - 1] = record;
    return record;
  }

  /** @returns the version that changed, or null when the record changes nothing */
  change(changed: PolicyStateChanged, timeMs: number): VersionRecord | null {
    const record = this.byHash(changed.content_hash);
    const { state, by, reason, action_id } = changed;
    if (record === null || state === 'unknown') return null;
    if (state === 'active' && action_id === null) this.fromFolder = changed.content_hash;
    // The version before it goes on speaking.
    if (state === 'active' && record.policy === null) return null;
    const mode = changed.mode === 'unknown' ? null : changed.mode;
    if (state === 'active') this.retireActive({ by, reason, action_id, since: timeMs });
    this.standings.set(record.version, { state, mode, by, reason, action_id, since: timeMs });
    this.moments.push({ timeMs, approved: action_id !== null, active: this.speaking(), shadows: this.watching() });
    return record;
  }

  byHash(contentHash: string): VersionRecord | null {
    return this.versions.find(({ published }) => published.content_hash === contentHash) ?? null;
  }

  standing(version: number): Standing | null {
    return this.standings.get(version) ?? null;
  }

  active(): VersionRecord | null {
    return this.versions.find(({ version }) => this.standing(version)?.state === 'active') ?? null;
  }

  /** Content hash that an operator's folder activated last. */
  lastFromFolder(): string | null {
    return this.fromFolder;
  }

  /**
   * The version that spoke at a log time. What an operator's folder activated first speaks also before: an action that
   * was proposed while the system started for the first time must not slip under a looser default.
   */
  activeAt(timeMs: number): PolicyVersion | null {
    const moment = this.momentAt(timeMs);
    if (moment !== null) return moment.active;
    const first = this.moments.find(({ active }) => active !== null);
    return first === undefined || first.approved ? null : first.active;
  }

  shadowsAt(timeMs: number): readonly PolicyVersion[] {
    return this.momentAt(timeMs)?.shadows ?? [];
  }

  private momentAt(timeMs: number): Moment | null {
    return this.moments.findLast((moment) => moment.timeMs <= timeMs) ?? null;
  }

  private retireActive(why: Omit<Standing, 'state' | 'mode'>): void {
    const former = this.active();
    if (former !== null) this.standings.set(former.version, { ...why, state: 'retired', mode: null });
  }

  private speaking(): PolicyVersion | null {
    const record = this.active();
    return record === null ? null : this.speaker(record);
  }

  private watching(): PolicyVersion[] {
    const shadows = this.versions.filter(({ version }) => this.standing(version)?.state === 'shadow');
    return shadows.flatMap((record) => this.speaker(record) ?? []);
  }

  /** The version with its present mode, ready to decide; null when it cannot be read. */
  speaker({ policy, version }: VersionRecord): PolicyVersion | null {
    return policy === null ? null : { policy: withMode(policy, this.standing(version)?.mode ?? null), version };
  }
}
