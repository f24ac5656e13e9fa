import type { PolicyPublished } from '@countersign/events';
import type { CompiledPolicy, PolicySet, PolicyVersion } from '@countersign/policy';
import { BUILT_IN_POLICY, loadPolicy, policySetOf } from '@countersign/policy';

/** One distinct content of a policy, with the number that it has for ever. */
export interface VersionRecord {
  /** Rank of the content hash among the distinct ones of its tenant and name, from 1. */
  readonly version: number;
  readonly published: PolicyPublished;
  /** null when this release cannot read the content; such a version never speaks. */
  readonly policy: CompiledPolicy | null;
}

interface Publication {
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly timeMs: number;
  readonly record: VersionRecord;
}

interface Line {
  readonly versions: VersionRecord[];
  readonly publications: Publication[];
}

const EVERY_TENANT = '*';
const keyOf = (tenant: string, name: string): string => `${tenant}|${name}`;

/** Which policy versions there are and which were active when: a pure fold over the `policies` topic. */
export class PolicyHistory {
  private readonly lines = new Map<string, Line>();
  private readonly times: number[] = [];
  private readonly sets = new Map<number, PolicySet>();

  /** Takes the next publication, in log order. The last one of a tenant and name is active from its log time on. */
  apply(published: PolicyPublished, timeMs: number): VersionRecord {
    const key = keyOf(published.tenant, published.name);
    const line = this.lines.get(key) ?? { versions: [], publications: [] };
    this.lines.set(key, line);
    let record = line.versions.find((one) => one.published.content_hash === published.content_hash);
    if (record === undefined) {
      const { policy } = loadPolicy(published.content, `${published.name}.yaml`);
      record = { version: line.versions.length + 1, published, policy };
      line.versions.push(record);
    }
    line.publications.push({ timeMs, record });
    this.times.push(timeMs);
    this.sets.clear();
    return record;
  }

  /** Content hash of what was published last under this name, or null. */
  latestHash(tenant: string, name: string): string | null {
    return this.lines.get(keyOf(tenant, name))?.publications.at(-1)?.record.published.content_hash ?? null;
  }

  /**
   * The policies that were active at a log time. A policy speaks with its first version also before its publication:
   * an action that was proposed while the system started for the first time must not slip under a looser default.
   */
  setAt(timeMs: number): PolicySet {
    const count = this.times.findLastIndex((time) => time <= timeMs) + 1;
    const known = this.sets.get(count);
    if (known !== undefined) return known;
    const active = [...this.lines.values()].flatMap((line) => activeAt(line, timeMs));
    const set = policySetOf(active);
    this.sets.set(count, set);
    return set;
  }

  /** A named version as a tenant sees it, or null. */
  find(tenant: string, name: string, version: number): VersionRecord | null {
    const lines = [tenant, EVERY_TENANT].map((owner) => this.lines.get(keyOf(owner, name)));
    return lines.map((line) => line?.versions[version - 1]).find((record) => record !== undefined) ?? null;
  }

  /** The named version ready to decide; also the built-in one, which is in no log. */
  speaker(tenant: string, name: string, version: number): PolicyVersion | null {
    const builtIn = name === BUILT_IN_POLICY.policy.name && version === BUILT_IN_POLICY.version;
    if (builtIn) return BUILT_IN_POLICY;
    const record = this.find(tenant, name, version);
    return record?.policy ? { policy: record.policy, version } : null;
  }

  /** Every version that a tenant may see, and whether it is the active one. */
  list(tenant: string): (VersionRecord & { active: boolean })[] {
    const visible = [...this.lines.values()].filter(({ versions }) =>
      [tenant, EVERY_TENANT].includes(versions[0]?.published.tenant ?? ''),
    );
    return visible.flatMap((line) =>
      line.versions.map((record) => ({ ...record, active: activeAt(line, Infinity)[0]?.version === record.version })),
    );
  }
}

function activeAt({ publications }: Line, timeMs: number): PolicyVersion[] {
  const readable = publications.filter(({ record }) => record.policy !== null);
  const active = readable.findLast((publication) => publication.timeMs <= timeMs) ?? readable[0];
  return active?.record.policy ? [{ policy: active.record.policy, version: active.record.version }] : [];
}
