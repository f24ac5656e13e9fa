import type { ActionProposed } from '@countersign/events';
import { actionOf, editedWindows, entriesOf, speakersFor } from '@countersign/policy';
import type { CompiledPolicy, Counted, PolicyAction, PolicyHistory } from '@countersign/policy';
import type { WindowLog } from './window-log.js';

type Versions = Pick<PolicyHistory, 'setAt' | 'shadowsAt'>;

/** Gives actions what the log counts of them. */
export interface VelocitySource {
  /**
   * The action as policies see it. Resolves at once where nothing is counted; else when the action's entries are counted.
   * @param proposedAtMs log time of the proposal
   * @throws CountersignError that is retriable when the log does not answer
   */
  of(history: Versions, action: ActionProposed, proposedAtMs: number): Promise<PolicyAction>;
  /** A changed action with the counts of its first decision; what this instance does not remember is unknown. */
  edited(policy: CompiledPolicy, action: ActionProposed): PolicyAction;
}

/** Versions that only watch count as well: their windows are full by the time they speak. */
function policiesFor(history: Versions, { tenant, action_type }: ActionProposed, timeMs: number): CompiledPolicy[] {
  const speakers = speakersFor(history.setAt(timeMs), tenant, action_type);
  const shadows = history.shadowsAt(timeMs).filter(({ policy }) => ['*', tenant].includes(policy.tenant));
  return [...speakers, ...shadows].map(({ policy }) => policy);
}

export class Velocity implements VelocitySource {
  constructor(private readonly windows: Pick<WindowLog, 'enter' | 'find'>) {}

  async of(history: Versions, proposed: ActionProposed, proposedAtMs: number): Promise<PolicyAction> {
    const action = actionOf(proposed);
    const entries = entriesOf(policiesFor(history, proposed, proposedAtMs), proposed, action);
    if (entries.length === 0) return action;
    const answers = await Promise.all(entries.map((entry) => this.windows.enter(entry, proposedAtMs)));
    const counted: Record<string, Counted> = {};
    entries.forEach(({ window }, index) => (counted[window] = answers[index]!.counted));
    return { ...action, counted };
  }

  edited(policy: CompiledPolicy, proposed: ActionProposed): PolicyAction {
    const action = actionOf(proposed);
    const entries = entriesOf([policy], proposed, action);
    return entries.length === 0
      ? action
      : { ...action, counted: editedWindows(entries, (entry) => this.windows.find(entry)) };
  }
}
