import { canonicalize, type JsonValue } from '@countersign/canonical';
import type { Environment, JsonObject, Proposal } from '@countersign/sdk';
import { createHash } from 'node:crypto';
import type { ChangeSet } from './change-set.js';
import type { Results } from './checks.js';

/** What a pipeline wants to bring out, and what it knows about it. */
export interface Deployment {
  runId: string;
  runUrl: string | null;
  agent: { id: string; version: string };
  actionType: string;
  environment: Environment;
  repository: string;
  service: string | null;
  version: string | null;
  /** Whether data change; null: nobody says. */
  migratesData: boolean | null;
  /** Null where no results were handed over, which policies count as the worst. */
  checks: Results | null;
  tests: Results | null;
  rationale: string | null;
  /** What providers signed about it. */
  attestations: string[];
}

/** Null members are left out: missing is what policy calls it. */
const present = (members: Record<string, unknown>): JsonObject =>
  JSON.parse(JSON.stringify(members, (_key, value: unknown) => value ?? undefined)) as JsonObject;

const failed = ({ checks, tests }: Deployment): number | null =>
  checks === null && tests === null ? null : (checks?.failed_count ?? 0) + (tests?.failed_count ?? 0);

function parametersOf(deployment: Deployment, changes: ChangeSet): JsonObject {
  const { repository, service, version, migratesData: migrates_data, checks, tests, runUrl: run_url } = deployment;
  const { commits, files, diff, cut, ...measures } = changes;
  const what = { repository, service, version, migrates_data, ...measures, failed_count: failed(deployment) };
  return present({ ...what, checks, tests, run_url, commits, files, cut, diff });
}

/** The proposal of a deployment. Everything that people read about the change is under the digest of the action. */
export function deploymentProposal(deployment: Deployment, changes: ChangeSet): Proposal {
  const { runId: run_id, agent, actionType: action_type, environment, repository, service } = deployment;
  const last = changes.commits.at(-1)?.subject ?? null;
  return {
    ...{ run_id, agent, model: { id: 'none' }, action_type, environment },
    target: service === null ? `repository:${repository}` : `service:${service}`,
    parameters: parametersOf(deployment, changes),
    before: { commit: changes.base },
    after: { commit: changes.head },
    rationale: deployment.rationale ?? last,
    ...(deployment.attestations.length > 0 && { attestations: deployment.attestations }),
  };
}

/**
 * The key of this change in this run: a job that is started again is the same action as long as run, environment, change
 * set and results of its checks are the same. Other results are another action, because people would judge other facts;
 * so are other attestations.
 */
export function gateKey({ run_id, action_type, environment, parameters, attestations }: Proposal): string {
  const named = [run_id, action_type, environment, parameters, ...(attestations ? [attestations] : [])] as JsonValue;
  return `gate-${createHash('sha256').update(canonicalize(named)).digest('hex')}`;
}
