import type { PolicyPublished, PolicyStateChanged } from '@countersign/events';
import type { CompiledPolicy } from '../compiled.js';
import { loadPolicy } from '../load-policy.js';
import { BUILT_IN_POLICY, policySetOf } from '../policy-set.js';
import type { PolicySet } from '../policy-set.js';
import type { PolicyVersion } from '../policy-version.js';
import { PolicyLine } from './policy-line.js';
import type { Standing, VersionRecord, VersionState } from './policy-line.js';
import { PolicyReports } from './policy-reports.js';

/** A version as it is listed. */
export interface ListedVersion extends VersionRecord {
  readonly standing: Standing;
  readonly active: boolean;
}

const EVERY_TENANT = '*';
const keyOf = (tenant: string, name: string): string => `${tenant}|${name}`;

/** Which policy versions there are and in which state each was when: a pure fold over the `policies` topic. */
export class PolicyHistory {
  /** Evidence about the versions. */
  readonly reports = new PolicyReports();
  private readonly lines = new Map<string, PolicyLine>();
  /** Approved changes that were made. People approve a change once, so it is made once, for ever. */
  private readonly spent = new Set<string>();
  private readonly times: number[] = [];
  private readonly sets = new Map<number, PolicySet>();

  /** Takes a version as a draft, in log order. */
  publish(published: PolicyPublished, timeMs: number): VersionRecord {
    const key = keyOf(published.tenant, published.name);
    const line = this.lines.get(key) ?? new PolicyLine();
    this.lines.set(key, line);
    return line.publish(published, timeMs, () => loadPolicy(published.content, `${published.name}.yaml`).policy);
  }

  /** Takes a version and makes it active on the authority of whoever published it. */
  apply(published: PolicyPublished, timeMs: number): VersionRecord {
    const record = this.publish(published, timeMs);
    this.change(activationOf(published, record.version), timeMs);
    return record;
  }

  /** Takes a change of state, in log order. @returns the version, or null when the record changes nothing */
  change(changed: PolicyStateChanged, timeMs: number): VersionRecord | null {
    const { action_id } = changed;
    if (action_id !== null && this.spent.has(action_id)) return null;
    if (action_id !== null) this.spent.add(action_id);
    const record = this.line(changed.tenant, changed.name)?.change(changed, timeMs) ?? null;
    this.times.push(timeMs);
    this.sets.clear();
    return record;
  }

  /** Whether the change that people approved by this action was made already, however long ago. */
  isSpent(actionId: string): boolean {
    return this.spent.has(actionId);
  }

  /** The versions of exactly this tenant (or `*`) and name, or null when there are none. */
  line(tenant: string, name: string): PolicyLine | null {
    return this.lines.get(keyOf(tenant, name)) ?? null;
  }

  /** The versions that a tenant means by a name: its own, or those for every tenant. */
  lineFor(tenant: string, name: string): PolicyLine | null {
    return this.line(tenant, name) ?? this.line(EVERY_TENANT, name);
  }

  /** The policies that were active at a log time. */
  setAt(timeMs: number): PolicySet {
    const count = this.times.findLastIndex((time) => time <= timeMs) + 1;
    const known = this.sets.get(count);
    if (known !== undefined) return known;
    const set = policySetOf(this.activeAt(timeMs));
    this.sets.set(count, set);
    return set;
  }

  /** The versions that spoke at a log time, of every tenant. */
  activeAt(timeMs: number): PolicyVersion[] {
    return [...this.lines.values()].flatMap((line) => line.activeAt(timeMs) ?? []);
  }

  /** The versions that only watched at a log time, of every tenant. */
  shadowsAt(timeMs: number): readonly PolicyVersion[] {
    return [...this.lines.values()].flatMap((line) => line.shadowsAt(timeMs));
  }

  /** Every version of every tenant that this release can read. */
  compiled(): CompiledPolicy[] {
    const versions = [...this.lines.values()].flatMap((line) => line.versions);
    return versions.flatMap(({ policy }) => policy ?? []);
  }

  /** A named version as a tenant sees it, or null. */
  find(tenant: string, name: string, version: number): VersionRecord | null {
    return this.where(tenant, name, version)?.record ?? null;
  }

  /** The named version ready to decide, in its present mode; also the built-in one, which is in no log. */
  speaker(tenant: string, name: string, version: number): PolicyVersion | null {
    const builtIn = name === BUILT_IN_POLICY.policy.name && version === BUILT_IN_POLICY.version;
    if (builtIn) return BUILT_IN_POLICY;
    const found = this.where(tenant, name, version);
    return found && found.line.speaker(found.record);
  }

  /** Every version that a tenant may see, with its state. */
  list(tenant: string): ListedVersion[] {
    const visible = [...this.lines.values()].filter(({ versions }) =>
      [tenant, EVERY_TENANT].includes(versions[0]?.published.tenant ?? ''),
    );
    return visible.flatMap((line) =>
      line.versions.map((record) => {
        const standing = line.standing(record.version) ?? DRAFT;
        return { ...record, standing, active: standing.state === 'active' };
      }),
    );
  }

  /** As `find`, with the line that the version is in. */
  where(tenant: string, name: string, version: number): { line: PolicyLine; record: VersionRecord } | null {
    for (const owner of [tenant, EVERY_TENANT]) {
      const line = this.line(owner, name);
      const record = line?.versions[version - 1];
      if (line && record) return { line, record };
    }
    return null;
  }
}

const DRAFT: Standing = { state: 'draft', mode: null, by: '', reason: null, action_id: null, since: 0 };

/** The change that makes a publication's version active without anybody's approval. */
export const activationOf = (published: PolicyPublished, version: number): PolicyStateChanged => {
  const { tenant, name, content_hash, author: by, note: reason, published_at: changed_at } = published;
  const state: VersionState = 'active';
  return { tenant, name, content_hash, version, state, mode: null, by, reason, action_id: null, changed_at };
};
