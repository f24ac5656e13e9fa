import { readKeys, type Client, type VerifyOptions } from '@countersign/sdk';
import { agentClient, executorClient, signIn, type Person } from '../shared/callers.js';
import { agentOf, executorOf, reviewerOf, type LocalSystem } from '../shared/local-system.js';

export const TENANT = 'acme';

/** Everybody who plays: the agents, executors and reviewers of the local roster. */
export interface Cast {
  local: LocalSystem;
  /** A run id that no earlier demo used. */
  runId(scene: string): string;
  /** Run ids whose effect was reported; the audit is expected to show them. */
  executed: string[];
  agent(id: string): Client;
  executor(id: string): Client;
  person(subject: string): Promise<Person>;
  /** What an executor pins when it verifies tokens offline. */
  verification(): Promise<VerifyOptions>;
}

/** Calls `make` once per name. */
function remember<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}

/** @param startedAt start of this demo; makes its run ids its own */
export function createCast(local: LocalSystem, startedAt: Date): Cast {
  const stamp = startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const executor = remember((id) => executorClient(local, executorOf(local, id, TENANT)));
  return {
    local,
    runId: (scene) => `demo-${stamp}-${scene}`,
    executed: [],
    agent: remember((id) => agentClient(local, agentOf(local, id, TENANT))),
    executor,
    person: remember((subject) => signIn(local, reviewerOf(local, subject), 60_000)),
    verification: async () => ({ keys: await readKeys(executor('payments-executor')), issuer: local.approval_url }),
  };
}
