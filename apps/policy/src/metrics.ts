import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Decision } from '@countersign/policy';

/** Counts decisions, also repeated ones: for the health of the service. Rates for people come from the log. */
export function decisionCounter(registry: Registry): (decision: Decision) => void {
  const counter = new Counter({
    name: 'countersign_policy_decisions_total',
    help: 'Decisions computed, a redelivered action each time again.',
    labelNames: ['policy', 'policy_decision', 'effective_decision'],
    registers: [registry],
  });
  return ({ policy_name, policy_decision, effective_decision }) =>
    counter.inc({ policy: policy_name, policy_decision, effective_decision });
}
