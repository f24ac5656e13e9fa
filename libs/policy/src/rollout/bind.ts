import type { Gate } from '@countersign/events';
import type { PolicyVerdict } from '../compiled.js';
import type { Decision } from '../decision.js';
import type { Placement } from './placement.js';

/** What a policy asks for, before its mode is looked at. */
export interface Wanted {
  readonly verdict: PolicyVerdict;
  /** Set with require_approval only. */
  readonly gate: Gate | null;
  /** The gate of an advisory request about a denial. */
  readonly fallback: Gate;
  /** A condition failed: neither a bypass nor a mode lifts what people must decide. */
  readonly errored: boolean;
}

export type Binding = Pick<Decision, 'effective_decision' | 'mode' | 'bypass' | 'gate' | 'advisory_gate' | 'segment'>;

/**
 * What binds.
 *
 * | mode | allow | require_approval | deny |
 * | --- | --- | --- | --- |
 * | `off` | the policy does not speak: another one does, or the tenant's default | | |
 * | `shadow` | runs | runs, recorded only | runs, recorded only |
 * | `soft` | runs | runs, an advisory request opens with the gate | runs, an advisory request opens with the fallback |
 * | `partial`, out | runs | runs, an advisory request opens with the gate | does not run |
 * | `partial`, in | as `enforce` | | |
 * | `enforce` | runs | waits; in an environment with `bypass` it runs | does not run |
 *
 * An error in a condition binds in every mode.
 * @param bypass name of the environment when its bypass is on, else null
 */
export function bind(wanted: Wanted, { mode, binds, segment }: Placement, bypass: string | null): Binding {
  // Written out field by field: this runs for every decision, and copies of objects cost more than all the rest.
  const { verdict, gate, errored } = wanted;
  // A share spares people work; what nobody may do is not a share of anything.
  const denied = mode === 'partial' && verdict === 'deny';
  if (!binds && !errored && !denied) {
    const advisory_gate = advice(wanted, mode);
    return { effective_decision: 'allow', mode, bypass: null, gate: null, advisory_gate, segment };
  }
  const lifted = binds && !errored && verdict === 'require_approval' ? bypass : null;
  return lifted === null
    ? { effective_decision: verdict, mode, bypass: null, gate, advisory_gate: null, segment }
    : { effective_decision: 'allow', mode, bypass: lifted, gate: null, advisory_gate: null, segment };
}

function advice({ verdict, gate, fallback }: Wanted, mode: Placement['mode']): Gate | null {
  if ((mode !== 'soft' && mode !== 'partial') || verdict === 'allow') return null;
  return verdict === 'deny' ? fallback : gate;
}
