import type { PolicyAction } from '../../action.js';
import type { Decision } from '../../decision.js';
import { loadPolicy } from '../../load-policy.js';
import { evaluate, policySetOf } from '../../policy-set.js';
import type { Circumstances } from '../circumstances.js';
import { testDraws } from './draws.js';

export const action = (over: Partial<PolicyAction> = {}): PolicyAction => ({
  ...{ action_type: 'pay', environment: 'production', target: null, on_behalf_of: null },
  ...{ agent_version: 'v1', model_id: 'm1', confidence: null, parameters: { n: 5 }, signals: null },
  ...{ before: null, after: null, action_id: 'act_1', agent_id: 'payer' },
  ...over,
});

export const version = (text: string, number = 1) => {
  const { policy, problems } = loadPolicy(text, 'test.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return { policy, version: number };
};

const GATES =
  'gates: { one: { quorum: 1, roles: [r] }, two: { quorum: 2, roles: [r] }, three: { quorum: 3, roles: [r] } }\nfallback: three\n';
/** Small amounts run, medium ones wait, large ones are denied. */
export const text = (extra = '', name = 'pays'): string =>
  `name: ${name}\naction_types: { pay: { facts: { n: { at: /parameters/n, type: number } } } }\nrules:\n  - { name: large, when: n > 100.0, then: deny }\n  - { name: medium, when: n > 10.0, then: require_approval, gate: two }\n  - { name: small, then: allow }\n${GATES}${extra}\n`;
const AMOUNTS = { allow: 5, require_approval: 50, deny: 500 };
export type Said = keyof typeof AMOUNTS;
export const saying = (said: Said, over: Partial<PolicyAction> = {}) =>
  action({ parameters: { n: AMOUNTS[said] }, ...over });

export const draws = testDraws();
export const auditPlace = (id: string): number => draws.place(['audit', 'acme', 'pays', id]);
export const sharePlace = (target: string): number => draws.place(['share', 'acme', 'pays', 'payer', target]);
export const known: Circumstances = { tenant: 'acme', evidence: () => 0, draws };
export const decideIn = (
  extra: string,
  proposed: PolicyAction,
  circumstances: Circumstances | null = known,
): Decision => evaluate(policySetOf([version(text(extra))]), 'acme', proposed, circumstances);

export const ids = Array.from({ length: 40 }, (_, n) => `act_${n}`);
/** Targets whose share for `pays` in `acme` is below and above one half. */
export const targets = Array.from({ length: 40 }, (_, n) => `order:${n}`);
export const inTarget = targets.find((target) => sharePlace(target) < 0.5)!;
export const outTarget = targets.find((target) => sharePlace(target) >= 0.5)!;
