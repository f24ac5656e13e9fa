import { actionId } from '@countersign/canonical';
import type { DecidedAction } from '@countersign/metrics';
import type { Random } from './random.js';

/** An action whose facts are written down as its story goes on. */
export type ActionFacts = { -readonly [K in keyof DecidedAction]: DecidedAction[K] };

type Decision = Pick<ActionFacts, 'mode' | 'policy_decision' | 'effective_decision'>;

const VERDICTS = ['allow', 'require_approval', 'require_approval', 'require_approval', 'deny'] as const;
const STATUS = { allow: 'not_required', deny: 'denied', require_approval: 'pending' } as const;

function decisionFrom(random: Random): Decision {
  const policy_decision = random.pick(VERDICTS);
  const mode = random.pick(['enforce', 'enforce', 'enforce', 'partial', 'soft', 'shadow']);
  const binds = mode === 'enforce' || mode === 'partial';
  return { mode, policy_decision, effective_decision: binds ? policy_decision : 'allow' };
}

/** Cents, all 18 decimals of a coin, or as many digits as an amount may have. */
function amountFrom(random: Random): Pick<ActionFacts, 'amount_value' | 'amount_currency'> {
  const whole = String(random.int(1, 9_000));
  const decimals = String(random.int(10, 99));
  return random.pick([
    { amount_value: `${whole}.${decimals}`, amount_currency: 'USD' },
    { amount_value: `${whole}.${decimals}`, amount_currency: 'EUR' },
    { amount_value: `0.${decimals.padStart(18, '0')}`, amount_currency: 'USDC' },
    { amount_value: `${whole}${'0'.repeat(36)}`.slice(0, 40), amount_currency: 'loyalty points' },
  ]);
}

/** An action just decided, of a tenant's agent. @param decidedAt UTC epoch milliseconds */
export function randomAction(random: Random, name: { tenant: string; key: string }, decidedAt: number): ActionFacts {
  const decision = decisionFrom(random);
  const gated = decision.effective_decision === 'require_approval';
  const amount = random.chance(0.7);
  return {
    ...decision,
    action_id: actionId(name.tenant, 'agent-a', name.key),
    environment: random.pick(['production', 'production', 'production', 'staging', 'canary']),
    action_type: random.pick(['refund', 'post', 'deploy']),
    gate: gated ? random.pick(['one-person', 'two-person']) : null,
    approval_status: STATUS[decision.effective_decision],
    resolved_by: gated ? null : 'policy',
    request_kind: gated ? 'approval' : decision.mode === 'soft' ? 'advisory' : null,
    ...{ advice: null, changed: false },
    ...{ opened_at: null, respond_by: null, resolved_at: gated ? null : decidedAt, paused_ms: 0 },
    ...{ redeemed_at: null, outcome_status: null, label: null },
    ...(amount ? amountFrom(random) : { amount_value: null, amount_currency: null }),
  };
}
