import { CountersignError, sha256 } from '@countersign/canonical';
import { DEFAULT_MIN_HISTORY, evaluate, loadPolicy, policySetOf, recordedEvidence } from '@countersign/policy';
import type { CompiledPolicy, Contender, PolicyHistory, PolicyVersion } from '@countersign/policy';
import type { DrawSource } from '../draws/draw-source.js';
import { drawsOf } from '../draws/draw-source.js';

/** A version that is tried: published already, or only a text. */
export interface Candidate extends PolicyVersion {
  readonly content_hash: string;
}

/** Both sides of a comparison, and the action types that it is about. */
export interface Contest {
  readonly candidate: Contender;
  readonly active: Contender | null;
  readonly policies: readonly CompiledPolicy[];
  readonly action_types: readonly string[];
  readonly min_history: number;
}

/** @throws CountersignError `not_found` */
function published(history: PolicyHistory, tenant: string, name: string, version: number): Candidate {
  const record = history.find(tenant, name, version);
  if (record?.policy) return { policy: record.policy, version, content_hash: record.published.content_hash };
  throw new CountersignError('not_found', 'there is no such policy version, or this release cannot read it');
}

/** @throws CountersignError `invalid_policy` with the problems of the text */
function written(history: PolicyHistory, tenant: string, name: string, content: string): Candidate {
  const { policy, problems } = loadPolicy(content, `${name}.yaml`);
  const [first] = problems;
  if (policy === null) throw new CountersignError('invalid_policy', first?.message ?? 'not a policy', { problems });
  if (policy.name !== name || !['*', tenant].includes(policy.tenant))
    throw new CountersignError('invalid_policy', `expected the policy ${name}, of your tenant or of every tenant`);
  const content_hash = sha256(content);
  const line = history.line(policy.tenant, name);
  const version = line?.byHash(content_hash)?.version ?? (line?.versions.length ?? 0) + 1;
  return { policy, version, content_hash };
}

const contender = (
  { tenant, draws: source }: ContestQuestion,
  policies: readonly PolicyVersion[],
  names: Omit<Contender, 'decide'>,
): Contender => {
  const set = policySetOf(policies);
  return {
    ...names,
    decide: ({ action, decided_at, decision: { unproven, draw_key_id } }) =>
      evaluate(set, tenant, action, {
        ...{ tenant, evidence: recordedEvidence(unproven) },
        draws: drawsOf(source, draw_key_id, Date.parse(decided_at)),
      }),
  };
};

export interface ContestQuestion {
  readonly tenant: string;
  readonly name: string;
  /** Text of a policy file, or the number of a version. */
  readonly candidate: string | number;
  /** Shares fall as they fell, or would have fallen, when the action was decided. */
  readonly draws: DrawSource;
}

/**
 * The candidate and the active version, each among the other active policies: where several speak, the strictest holds.
 * @throws CountersignError `not_found`, `invalid_policy`
 */
export function contestOf(history: PolicyHistory, question: ContestQuestion): Contest {
  const { tenant, name, candidate: wanted } = question;
  const find = typeof wanted === 'number' ? published(history, tenant, name, wanted) : null;
  const candidate = find ?? written(history, tenant, name, String(wanted));
  const active = history.activeAt(Infinity);
  const others = active.filter(({ policy }) => policy.name !== name || policy.tenant !== candidate.policy.tenant);
  const line = history.lineFor(tenant, name);
  const before = line?.active() ?? null;
  const hash = before?.published.content_hash;
  // As for its activation, the version that speaks says how much is enough.
  const { minHistory } = (before?.policy ?? candidate.policy).activation;
  return {
    candidate: contender(question, [...others, candidate], { name, content_hash: candidate.content_hash }),
    active: hash === undefined ? null : contender(question, active, { name, content_hash: hash }),
    policies: [candidate.policy],
    action_types: [...new Set([...candidate.policy.types.keys(), ...(before?.policy?.types.keys() ?? [])])].sort(),
    min_history: minHistory || DEFAULT_MIN_HISTORY,
  };
}
