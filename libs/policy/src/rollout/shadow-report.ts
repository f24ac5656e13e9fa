import type { ShadowVerdict } from '@countersign/events';
import type { PolicyVerdict } from '../compiled.js';
import type { Decision } from '../decision.js';

/** A decision as it was recorded, with what the versions in shadow said. */
export interface WatchedDecision {
  readonly action_id: string;
  readonly policy_decision: Decision['policy_decision'];
  /** The gate that bound; null where none did, and then gates are not compared. */
  readonly gate: string | null;
  readonly shadows: readonly ShadowVerdict[];
}

/** How the binding decision and the candidate stand to each other: `auto` runs by itself, `gated` waits. */
export type Stand = 'auto' | 'gated' | 'denied';

/** One kind of difference. */
export interface ShadowDifference {
  readonly from: Stand;
  readonly to: Stand;
  /** Actions, 1 or more. */
  readonly count: number;
  /** Some of them, at most 20, in the order of their ids. */
  readonly examples: readonly string[];
}

/** What a candidate in shadow would have changed. */
export interface ShadowReport {
  readonly policy_name: string;
  readonly policy_version: number;
  /** Actions that both decided; each counts once. */
  readonly compared: number;
  /** Of those: same verdict and same gate. */
  readonly agreed: number;
  readonly looser: number;
  readonly stricter: number;
  /** Same verdict with another gate. */
  readonly other_gate: number;
  readonly differences: readonly ShadowDifference[];
  /** False: fewer actions than asked for, so nothing can be said. */
  readonly sufficient: boolean;
}

const STANDS: Readonly<Record<PolicyVerdict, Stand>> = { allow: 'auto', require_approval: 'gated', deny: 'denied' };
const RISING: readonly Stand[] = ['auto', 'gated', 'denied'];
const MAX_EXAMPLES = 20;

interface Pair {
  readonly action_id: string;
  readonly from: Stand;
  readonly to: Stand;
  readonly sameGate: boolean;
}

function pairOf(decision: WatchedDecision, shadow: ShadowVerdict): Pair[] {
  if (shadow.policy_decision === 'unknown') return [];
  const [from, to] = [STANDS[decision.policy_decision], STANDS[shadow.policy_decision]];
  const sameGate = from !== 'gated' || decision.gate === null || decision.gate === shadow.gate;
  return [{ action_id: decision.action_id, from, to, sameGate }];
}

function differencesOf(pairs: readonly Pair[]): ShadowDifference[] {
  return RISING.flatMap((from) =>
    RISING.flatMap((to) => {
      const changed = pairs.filter((pair) => pair.from === from && pair.to === to && (from !== to || !pair.sameGate));
      const examples = changed.map(({ action_id }) => action_id).sort();
      return changed.length === 0
        ? []
        : [{ from, to, count: changed.length, examples: examples.slice(0, MAX_EXAMPLES) }];
    }),
  );
}

/**
 * Compares what a candidate said in shadow with what was decided. A copy of a decision counts once, so the order and
 * the number of copies do not change the report.
 * @param candidate the version in shadow
 * @param minHistory actions that the report must rest on
 */
export function shadowReport(
  candidate: { readonly name: string; readonly version: number },
  decisions: Iterable<WatchedDecision>,
  minHistory = 0,
): ShadowReport {
  const byAction = new Map<string, Pair>();
  for (const decision of decisions) {
    const shadow = decision.shadows.find(
      ({ policy_name, policy_version }) => policy_name === candidate.name && policy_version === candidate.version,
    );
    for (const pair of shadow === undefined ? [] : pairOf(decision, shadow))
      if (!byAction.has(pair.action_id)) byAction.set(pair.action_id, pair);
  }
  const pairs = [...byAction.values()];
  const rank = ({ from, to }: Pair): number => RISING.indexOf(to) - RISING.indexOf(from);
  return {
    policy_name: candidate.name,
    policy_version: candidate.version,
    compared: pairs.length,
    agreed: pairs.filter((pair) => rank(pair) === 0 && pair.sameGate).length,
    looser: pairs.filter((pair) => rank(pair) < 0).length,
    stricter: pairs.filter((pair) => rank(pair) > 0).length,
    other_gate: pairs.filter((pair) => rank(pair) === 0 && !pair.sameGate).length,
    differences: differencesOf(pairs),
    sufficient: pairs.length >= minHistory,
  };
}
