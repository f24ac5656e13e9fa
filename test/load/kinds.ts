import { digestOfAction, factsOf } from '@countersign/sdk';
import type { JsonObject, Proposal } from '@countersign/sdk';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TENANT } from '../flows/support/world.js';
import { refund } from '../flows/support/proposals.js';
import type { Asked } from './referee.js';

/** Up to $5,000 one person of finance, above it two: for a refund whoever changed it may be one of them, for a transfer not. */
const BY_AMOUNT = (name: string, exclude: string): string => `name: ${name}
action_types: { ${name}: { facts: { amount: { at: /parameters/amount, type: money, currency: USD, above: '0.00' } } } }
rules:
  - { name: large, when: 'amount > money("5000.00", "USD")', then: require_approval, gate: two }
  - { name: small, then: require_approval, gate: one }
gates:
  one: { quorum: 1, roles: [finance] }
  two: { quorum: 2, roles: [finance]${exclude} }
fallback: two
`;
/** Always two duties, by two people. */
const PAYOUT = `name: payout
action_types: { payout: {} }
rules: [{ name: all, then: require_approval, gate: duties }]
gates: { duties: { factors: [{ name: money, count: 1, roles: [finance] }, { name: second, count: 1, roles: [approver] }] } }
fallback: duties
`;

export function racePolicies(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-races-'));
  const files = {
    refund: BY_AMOUNT('refund', ''),
    transfer: BY_AMOUNT('transfer', ', exclude: [editor]'),
    payout: PAYOUT,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.yaml`), text);
  return folder;
}

export const proposalOf = (action_type: string, dollars: string): Proposal => refund(dollars, { action_type });

/** The parameters with another amount. */
export const withAmount = ({ parameters }: Proposal, dollars: string): JsonObject => ({
  ...parameters,
  amount: { value: dollars, currency: 'USD' },
});

const FINANCE = ['finance'];

/** What the referee holds the action to, from the proposal alone. */
export function askedOf(proposal: Proposal, actionId: string): Asked {
  const digestOf = (parameters: JsonObject): string => digestOfAction(factsOf(TENANT, proposal, parameters));
  const dollars = new Map<string, number>();
  const digestWith = (parameters: JsonObject): string => {
    const digest = digestOf(parameters);
    dollars.set(digest, Number((parameters['amount'] as { value: string }).value));
    return digest;
  };
  const placesOf = (digest: string): string[][] => {
    if (proposal.action_type === 'payout') return [FINANCE, ['approver']];
    return (dollars.get(digest) ?? Infinity) > 5_000 ? [FINANCE, FINANCE] : [FINANCE];
  };
  return {
    ...{ actionId, digest: digestWith(proposal.parameters), placesOf },
    digestWith: (parameters) => digestWith(JSON.parse(parameters) as JsonObject),
    editorCounts: proposal.action_type !== 'transfer',
  };
}
