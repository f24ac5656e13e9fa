import { CountersignError } from '@countersign/canonical';
import type { EvidenceAttached } from '@countersign/events';
import type { Judge } from '../judge/judge.js';
import { requestsOf } from '../judge/requested.js';

/** How much may be attached to the actions that are remembered, bytes. */
export interface EvidenceQuota {
  readonly tenantBytes: number;
  /** Of each agent and person. */
  readonly callerBytes: number;
}

interface Used {
  readonly countedAtMs: number;
  tenant: number;
  readonly callers: Map<string, number>;
}

/** The state is counted at most this often for each tenant, milliseconds; what was let in since is added. */
const COUNTED_EVERY_MS = 1_000;
export const MIB = 1_024 * 1_024;

type Caller = Pick<EvidenceAttached, 'issuer' | 'subject' | 'as_agent'>;

const callerOf = ({ issuer, subject, as_agent }: Caller): string => JSON.stringify([as_agent, issuer, subject]);

/** One caller, or one tenant, does not fill the directory for all: what counts is what the log remembers. */
export class EvidenceUsage {
  private readonly used = new Map<string, Used>();

  constructor(
    private readonly judge: Pick<Judge, 'partitions'>,
    private readonly quota: EvidenceQuota,
  ) {}

  /** Notes what is about to be attached. @throws CountersignError `too_large` where that is more than the quota */
  take(event: Caller & Pick<EvidenceAttached, 'tenant' | 'size_bytes'>): void {
    const { tenant, size_bytes } = event;
    const [used, caller] = [this.usedBy(tenant), callerOf(event)];
    const own = (used.callers.get(caller) ?? 0) + size_bytes;
    const whole = used.tenant + size_bytes;
    if (own > this.quota.callerBytes)
      throw full('you attached', 'CALLER', { limit: this.quota.callerBytes, size: own });
    if (whole > this.quota.tenantBytes)
      throw full('your tenant attached', 'TENANT', { limit: this.quota.tenantBytes, size: whole });
    used.callers.set(caller, own);
    used.tenant = whole;
  }

  private usedBy(tenant: string): Used {
    const known = this.used.get(tenant);
    if (known && performance.now() - known.countedAtMs < COUNTED_EVERY_MS) return known;
    const fresh = this.count(tenant);
    this.used.set(tenant, fresh);
    return fresh;
  }

  private count(tenant: string): Used {
    const used: Used = { countedAtMs: performance.now(), tenant: 0, callers: new Map() };
    for (const { actions } of this.judge.partitions)
      for (const action of actions.values()) if (action.decided.tenant === tenant) this.addAll(used, action);
    return used;
  }

  private addAll(used: Used, action: Parameters<typeof requestsOf>[0]): void {
    for (const { request } of requestsOf(action))
      for (const { issuer, subject, role, size_bytes } of request.attachments) {
        const caller = callerOf({ issuer, subject, as_agent: role === 'agent' });
        used.callers.set(caller, (used.callers.get(caller) ?? 0) + size_bytes);
        used.tenant += size_bytes;
      }
  }
}

function full(what: string, name: string, { limit, size }: { limit: number; size: number }): CountersignError {
  const detail =
    `what ${what} to actions of the last days would have ${Math.ceil(size / MIB)} MiB, and ${Math.floor(limit / MIB)} MiB are ` +
    `the limit: wait until older actions are forgotten (8 days), or have COUNTERSIGN_EVIDENCE_${name}_MIB raised`;
  return new CountersignError('too_large', detail, { pointer: '', limit, size });
}
