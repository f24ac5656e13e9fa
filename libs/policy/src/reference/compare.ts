import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import type { CaseDifference } from '../cases/run-cases.js';
import type { CompiledPolicy } from '../compiled.js';
import { decide } from '../decide.js';
import type { Decision } from '../decision.js';
import type { Ask } from './decide.js';
import { askPlainly, decidePlainly } from './decide.js';

type Fields = Readonly<Record<string, JsonValue>>;

const SPEAKERS = ['matrix', 'fallback'];

/** The gate is compared where one binds: a bypass or a mode hides it from the decision. */
const comparable = ({ policy_decision, rule, trail, gate, unknown }: Decision): Fields => ({
  decision: policy_decision,
  rule,
  spoke: rule === null ? (trail.findLast((one) => SPEAKERS.includes(one.rule))?.rule ?? null) : 'rule',
  unknown: [...unknown],
  ...(gate && { gate: gate.name }),
});

/**
 * Where the evaluator that decides and the reference say different things of an action. Each field is named
 * `reference <field>`; `wanted` is what the reference says.
 */
export function referenceDifferences(
  policy: CompiledPolicy,
  action: PolicyAction,
  ask: Ask = askPlainly,
): CaseDifference[] {
  if (policy.document === null) return [];
  const { unknown, ...rest } = decidePlainly(policy.document, action, ask);
  const plain: Fields = { ...rest, unknown: [...unknown] };
  return Object.entries(comparable(decide({ policy, version: 1 }, action))).flatMap(([field, seen]) => {
    const wanted = plain[field] ?? null;
    return JSON.stringify(wanted) === JSON.stringify(seen) ? [] : [{ field: `reference ${field}`, wanted, seen }];
  });
}
