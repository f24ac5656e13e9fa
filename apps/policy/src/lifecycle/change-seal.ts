import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalize } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { MacKeys } from '@countersign/events';

/** What people see of a change and what their approval releases: all of it is the policy service's own statement. */
export interface StatedChange {
  readonly tenant: string;
  readonly target: string | null;
  /** With the member `seal` or without. */
  readonly parameters: JsonValue;
  readonly before: JsonValue;
  readonly after: JsonValue;
}

type Members = { readonly [name: string]: JsonValue };

const membersOf = (value: JsonValue): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};

/**
 * Tells proposals of changes that the service wrote from those that somebody else worded. The seal is a parameter, so it
 * is in the digest that an approval releases, and with it the words and the evidence that people saw.
 */
export class ChangeSeal {
  constructor(private readonly macKeys: Pick<MacKeys, 'policy'>) {}

  /** Hex, with the newest key. */
  of(change: StatedChange): string {
    return sealBy(this.keys().at(-1) ?? '', change);
  }

  /** Whether the service, with any of its keys, said exactly this. */
  holds(change: StatedChange): boolean {
    const { seal } = membersOf(change.parameters);
    if (typeof seal !== 'string') return false;
    return this.keys().some((key) => isEqual(sealBy(key, change), seal));
  }

  private keys(): readonly string[] {
    return [this.macKeys.policy].flat().filter((key) => key !== undefined);
  }
}

function sealBy(key: string, { tenant, target, parameters, before, after }: StatedChange): string {
  const { seal: _, ...stated } = membersOf(parameters);
  const text = canonicalize({ v: 'policy-change.v1', tenant, target, parameters: stated, before, after });
  return createHmac('sha256', Buffer.from(key, 'hex')).update(text, 'utf8').digest('hex');
}

const isEqual = (a: string, b: string): boolean =>
  a.length === Buffer.byteLength(b) && timingSafeEqual(Buffer.from(a), Buffer.from(b));
