import type { PolicyReported } from '@countersign/events';

/** Evidence about versions by content hash, the latest of each kind: a pure fold over the `policies` topic. */
export class PolicyReports {
  private readonly latest = new Map<string, PolicyReported>();

  apply(report: PolicyReported): void {
    this.latest.set(keyOf(report.tenant, report.name, report.content_hash, report.kind), report);
  }

  /** The latest report that a tenant's history gave of a version, or null. */
  find(tenant: string, name: string, contentHash: string, kind: PolicyReported['kind']): PolicyReported | null {
    return this.latest.get(keyOf(tenant, name, contentHash, kind)) ?? null;
  }

  /** Every report on the versions of a policy over a tenant's history. */
  list(tenant: string, name: string): PolicyReported[] {
    return [...this.latest.values()].filter((report) => report.tenant === tenant && report.name === name);
  }
}

const keyOf = (...parts: readonly string[]): string => parts.join('|');
