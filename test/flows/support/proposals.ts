import type { Proposal } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';

/** A refund under a run id of its own. `dollars` is a plain decimal; members of `more` replace the usual ones. */
export function refund(dollars: string, more: Partial<Proposal> = {}): Proposal {
  return {
    run_id: `flow-${randomUUID()}`,
    agent: { id: 'refund-agent', version: 'v1.4.2' },
    model: { id: 'gpt-5o' },
    action_type: 'refund',
    environment: 'production',
    on_behalf_of: 'customer:812',
    target: 'order:12345',
    parameters: { order_id: '12345', method: 'card', amount: { value: dollars, currency: 'USD' } },
    rationale: 'Parcel lost, carrier confirmed.',
    confidence: 0.97,
    signals: { fraud_score: 0.05 },
    ...more,
  };
}

export const approve = { vote: 'approve', reason: 'verified receipt' } as const;
export const deny = { vote: 'deny', reason: 'receipt is of another order' } as const;
