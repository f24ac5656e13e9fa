import { applyRoster } from '@countersign/approval';
import type { Roster, RosterEntry } from '@countersign/approval';
import { EventError, isEvent, openRecord, TOPICS } from '@countersign/events';
import type { MacKeys, Person } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Fold, InRecord, KafkaConnection } from '@countersign/kafka';
import type { CheckedRoster } from '@countersign/policy';

export interface LiveRosterOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  /** What the operator's file says; it speaks until approval has published people, and names the agents. */
  readonly file: CheckedRoster | null;
  /** Called when somebody's entry has changed. */
  readonly onChange: () => void;
}

/** Who there is, as approval publishes it. Decisions do not depend on it: it says which gates people can open. */
export class LiveRoster {
  private readonly people: Roster = new Map();
  private readonly fold: Fold;
  private changed = false;

  constructor(private readonly options: LiveRosterOptions) {
    this.fold = createFold(options.connection, {
      topics: [TOPICS.roster],
      groupPrefix: 'countersign.policy.roster',
      startTimestampMs: () => 'earliest',
      onRecord: (record) => this.take(record),
      onSliceEnd: () => this.announce(),
    });
  }

  start(): Promise<void> {
    return this.fold.start();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  /** Null: who there is is not known. */
  current(): CheckedRoster | null {
    return this.people.size === 0 ? this.options.file : rosterOf([...this.people.values()], this.options.file);
  }

  private take(record: InRecord): void {
    try {
      const opened = openRecord(record, this.options.macKeys);
      if (!isEvent(opened, 'RosterChanged')) return;
      this.changed = applyRoster(this.people, opened.event, record.timestampMs) || this.changed;
    } catch (error) {
      // Telemetry's dead letter; here it only must not speak.
      if (!(error instanceof EventError)) throw error;
    }
  }

  private announce(): void {
    if (!this.changed) return;
    this.changed = false;
    this.options.onChange();
  }
}

/**
 * The roster as the checks take it. Where somebody's roles are the token's own, they are not known: such a tenant is left
 * out, so that nothing is said about its gates.
 */
export function rosterOf(entries: readonly RosterEntry[], file: CheckedRoster | null): CheckedRoster {
  const people = entries.flatMap((entry) => (entry.person === null ? [] : [{ ...entry, person: entry.person }]));
  const unknown = new Set(people.flatMap(({ tenant, person }) => (person.roles === null ? [tenant] : [])));
  const known = people.filter(({ tenant }) => !unknown.has(tenant));
  const operators = (tenant: string, agentId: string): string[] =>
    known.filter((one) => one.tenant === tenant && one.person.operates.includes(agentId)).map(({ subject }) => subject);
  return {
    reviewers: known.map(({ tenant, subject, person }) => ({ tenant, subject, roles: rolesOf(person) })),
    agents: (file?.agents ?? [])
      .filter(({ tenant }) => !unknown.has(tenant))
      .map((agent) => ({ ...agent, operators: [...agent.operators, ...operators(agent.tenant, agent.agent_id)] })),
  };
}

const rolesOf = ({ roles }: Person): readonly string[] => roles ?? [];
