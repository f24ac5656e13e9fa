import type { Person, RosterEntry } from '@countersign/events';
import { RosterReader } from '@countersign/kafka';
import type { RosterReaderOptions } from '@countersign/kafka';
import type { CheckedRoster } from '@countersign/policy';

export interface LiveRosterOptions extends Omit<RosterReaderOptions, 'service'> {
  /** What the operator's file says; it speaks until approval has published people, and names the agents. */
  readonly file: CheckedRoster | null;
}

/** Who there is, as approval publishes it. Decisions do not depend on it: it says which gates people can open. */
export class LiveRoster {
  readonly reader: RosterReader;

  constructor(private readonly options: LiveRosterOptions) {
    this.reader = new RosterReader({ ...options, service: 'policy' });
  }

  start(): Promise<void> {
    return this.reader.start();
  }

  close(): Promise<void> {
    return this.reader.close();
  }

  /** Null: who there is is not known. */
  current(): CheckedRoster | null {
    return this.reader.roster.size === 0
      ? this.options.file
      : rosterOf([...this.reader.roster.values()], this.options.file);
  }
}

/**
 * The roster as the checks take it. Where somebody's roles are the token's own, they are not known: such a tenant is left
 * out, so that nothing is said about its gates, nor of a policy for all tenants that its people might serve.
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
    unknown: [...unknown],
  };
}

const rolesOf = ({ roles }: Person): readonly string[] => roles ?? [];
