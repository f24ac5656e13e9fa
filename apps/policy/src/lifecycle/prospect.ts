import type { CheckedRoster, CompiledActivation, PolicyHistory } from '@countersign/policy';
import { evidenceOf, reasonsAgainst } from './evidence.js';
import type { Evidence } from './evidence.js';
import { needsApproval } from './needs-approval.js';
import { setAfter, unreachableAfter } from './reachable.js';
import type { Reason } from './reason.js';
import type { Subject, WantedState } from './subject.js';

/** What is known of a change before it is made. */
export interface Prospect {
  /** Whether people must approve it. */
  readonly needsApproval: boolean;
  /** What there is to see of a version that is to speak; null otherwise. */
  readonly evidence: Evidence | null;
  /** Why it is refused; empty: it is not. */
  readonly reasons: readonly Reason[];
}

export interface ProspectContext {
  readonly history: PolicyHistory;
  readonly roster: CheckedRoster | null;
  /** Whose history the reports are about. */
  readonly tenant: string;
  /** What a version needs where no version is active yet. */
  readonly floor: CompiledActivation;
}

const isSo = ({ line, record }: Subject, { state, mode }: WantedState): boolean => {
  const standing = line.standing(record.version);
  return standing?.state === state && standing.mode === mode;
};

/**
 * What the version needs before it speaks. The active one says it, not the one that wants to speak: whoever writes a
 * version must not take the lock off with it.
 */
const needsOf = ({ line }: Subject, { floor }: ProspectContext): CompiledActivation =>
  line.active()?.policy?.activation ?? floor;

interface Known {
  readonly evidence: Evidence | null;
  readonly needs: CompiledActivation;
}

function reasonsOf(subject: Subject, wanted: WantedState, { evidence, needs }: Known): Reason[] {
  const { policy } = subject.record;
  if (isSo(subject, wanted)) return [{ code: 'already_so', detail: `the version is ${wanted.state} already` }];
  if (wanted.state !== 'active' && wanted.state !== 'shadow') return [];
  if (policy === null) return [{ code: 'invalid_policy', detail: 'this release cannot read the version' }];
  return evidence === null ? [] : reasonsAgainst(policy, evidence, { wanted, needs });
}

/** What speaks for and against a change. */
export function prospectOf(subject: Subject, wanted: WantedState, context: ProspectContext): Prospect {
  const { policy, published } = subject.record;
  const evidence = wanted.state === 'active' && policy !== null ? evidenceOf(subject.record, policy, context) : null;
  const mustApprove = needsApproval(subject, wanted);
  const unreachable = mustApprove
    ? unreachableAfter(setAfter(context.history, subject, wanted), published.tenant, context.roster)
    : null;
  const reasons = [
    ...reasonsOf(subject, wanted, { evidence, needs: needsOf(subject, context) }),
    ...(unreachable === null ? [] : [unreachable]),
  ];
  return { needsApproval: mustApprove, evidence, reasons };
}
