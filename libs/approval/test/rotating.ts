import { applyRoster } from '@countersign/events';
import type { ActionProposed, Gate, Person, Roster } from '@countersign/events';
import { apply, assignmentRecord, createState, planAssignments } from '../src/index.js';
import type { Answer, Assignment, LogEvent, LogRecord, PartitionState, RequestState } from '../src/index.js';
import { decided, gate, proposed, T0 } from './records.js';

export const person = (overrides: Partial<Person> = {}): Person => ({
  ...{ name: null, roles: ['finance'], teams: [], operates: [], alternates: [], absences: [], wip_limit: null },
  ...overrides,
});

const PARTITIONS = 3;

/** A log of several partitions, its fold, and a roster: what the service works on, one moment after another. */
export class Rotating {
  readonly states: PartitionState[] = Array.from({ length: PARTITIONS }, (_, at) => createState(at));
  readonly roster: Roster = new Map();
  readonly actions: ActionProposed[] = [];
  readonly logs: LogRecord[][] = this.states.map(() => []);
  now = T0;

  /** Puts people on the roster, or takes them off. */
  people(entries: Readonly<Record<string, Person | null>>): this {
    for (const [subject, one] of Object.entries(entries)) {
      const by = { source: 'api', content_hash: '', changed_by_issuer: null, changed_by: 'max', reason: null };
      applyRoster(this.roster, { tenant: 'acme', subject, issuer: null, person: one, ...by }, this.now);
    }
    return this;
  }

  /** Opens a request of a gate that assigns in turn. */
  open(overrides: Partial<Gate> = {}, proposal: Partial<ActionProposed> = {}): ActionProposed {
    const action = proposed(`r${this.actions.length}`, { submitted_at: this.now, ...proposal });
    this.actions.push(action);
    const own = gate({ assign: 'rotate', quorum: 1, ...overrides });
    this.take(action, { name: 'ActionDecided', event: decided(action, { gate: own }) });
    return action;
  }

  /** One more record about an action, a moment later. */
  take(action: ActionProposed, event: LogEvent): Answer {
    this.now += 1;
    const at = this.actions.indexOf(action) % PARTITIONS;
    const record = { ...event, timestampMs: this.now };
    this.logs[at]?.push(record);
    return apply(this.states[at] as PartitionState, record).answer;
  }

  plan(): Assignment[] {
    return planAssignments(this.states, this.roster, this.now);
  }

  /** Plans and lets the log take it, as the service does. @returns what was planned and how the log answered */
  assign(): { planned: Assignment[]; codes: string[] } {
    const planned = this.plan();
    const codes = planned.map((one) => this.put(one).code);
    return { planned, codes };
  }

  put(one: Assignment): Answer {
    const action = this.actions.find(({ action_id }) => action_id === one.action.decided.action_id) as ActionProposed;
    return this.take(action, { name: 'CustodyRequested', event: assignmentRecord(one) });
  }

  request({ action_id }: ActionProposed): RequestState {
    const found = this.states.flatMap(({ actions }) => actions.get(action_id)?.request ?? []);
    return found[0] as RequestState;
  }

  /** Who has a request, and who has how many. */
  holder = (action: ActionProposed): string | null => this.request(action).assignee?.subject ?? null;
  loads(): Record<string, number> {
    const held = this.actions
      .filter((action) => this.request(action).status === 'pending')
      .map(this.holder)
      .filter((one) => one !== null);
    return held.reduce<Record<string, number>>((sums, one) => ({ ...sums, [one]: (sums[one] ?? 0) + 1 }), {});
  }

  /** Why the request is in these hands, by the last fact that says so. */
  why(action: ActionProposed): string | null {
    const facts = this.request(action).custody ?? [];
    return facts.findLast(({ what }) => what === 'assign' || what === 'reassign')?.reason ?? null;
  }
}
