import { CountersignError, sha256 } from '@countersign/canonical';
import { loadPolicy, readCases } from '@countersign/policy';
import type { CompiledPolicy, PolicyHistory } from '@countersign/policy';
import type { PolicyPublished } from '@countersign/events';
import type { PublishRequest } from './requests.js';
import { EVERY_TENANT } from './subject.js';

export interface Publisher {
  readonly name: string;
  readonly author: string;
  readonly tenant: string;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
}

/** @throws CountersignError `invalid_policy` with every problem */
function policyOf(content: string, name: string): CompiledPolicy {
  const { policy, problems } = loadPolicy(content, `${name}.yaml`);
  const [first] = problems;
  if (policy === null) throw new CountersignError('invalid_policy', first?.message ?? 'not a policy', { problems });
  if (policy.name === name) return policy;
  throw new CountersignError('invalid_policy', `the file names the policy ${policy.name}`, { pointer: '/content' });
}

function checkCases(cases: string, name: string): void {
  const { table, problems } = readCases(cases, `cases/${name}.yaml`);
  const [first] = problems;
  if (table === null) throw new CountersignError('invalid_policy', first?.message ?? 'no cases', { problems });
  if (table.policy !== name)
    throw new CountersignError('invalid_policy', `the cases are about the policy ${table.policy}`, {
      pointer: '/cases',
    });
}

/** A tenant's own policy and one for every tenant would share version numbers in what that tenant sees. */
function checkName(history: PolicyHistory, policy: CompiledPolicy): void {
  if (policy.tenant === EVERY_TENANT || history.line(EVERY_TENANT, policy.name) === null) return;
  if (history.line(policy.tenant, policy.name) !== null) return;
  const detail = `${policy.name} is a policy for every tenant; take another name`;
  throw new CountersignError('invalid_policy', detail, { pointer: '/content' });
}

/**
 * The version as it goes to the log.
 * @throws CountersignError `invalid_policy`
 */
export function publicationOf(request: PublishRequest, publisher: Publisher, history: PolicyHistory): PolicyPublished {
  const { content, cases, note } = request;
  const { name, author, nowMs } = publisher;
  const policy = policyOf(content, name);
  if (cases !== null) checkCases(cases, name);
  checkName(history, policy);
  const line = history.line(policy.tenant, name);
  const parent = (line?.active() ?? line?.versions.at(-1))?.published.content_hash ?? null;
  const facts = { tenant: policy.tenant, name, content, content_hash: sha256(content), author, note };
  return { ...facts, published_at: nowMs, parent, cases };
}
