import type { JsonValue } from '@countersign/canonical';
import { BUILT_IN_POLICY, describeChanges, sentenceOf } from '@countersign/policy';
import type { Evidence } from './evidence.js';
import { evidenceSummary } from './evidence.js';
import { POLICY_CHANGE } from './reachable.js';
import type { Subject, WantedState } from './subject.js';

/** A proposal's body has room for so many characters of policy on either side. */
const MAX_CONTENT = 60_000;

/** Exactly what an approval of the change releases. */
export function changeParameters({ line, record }: Subject, { state, mode }: WantedState) {
  const { name, content_hash } = record.published;
  const from_version = line.active()?.version ?? null;
  return { policy: name, version: record.version, content_hash, from_version, state, mode };
}

/** The digested members of the action, but for who proposes it. */
export const changeFacts = (subject: Subject, wanted: WantedState) => ({
  ...{ action_type: POLICY_CHANGE, environment: 'production' as const },
  target: `policy:${subject.record.published.name}`,
  parameters: changeParameters(subject, wanted),
});

const contentOf = (content: string | undefined): string | null =>
  content === undefined || content.length <= MAX_CONTENT ? (content ?? null) : `${content.length} characters`;

/** What differs between the active version and this one, in words. */
export function changesOf({ line, record }: Subject): string[] {
  const before = line.active()?.policy ?? BUILT_IN_POLICY.policy;
  return record.policy === null ? [] : describeChanges(before, record.policy).map(sentenceOf);
}

/** How the policy stands now, as the reviewers see it. */
function stateBefore({ line }: Subject): JsonValue {
  const active = line.active();
  if (active === null) return { version: null, state: null, mode: null, content: null };
  const mode = line.standing(active.version)?.mode ?? null;
  return { version: active.version, state: 'active', mode, content: contentOf(active.published.content) };
}

/**
 * The body of a proposal of the change: its agent adds run, agent and model and submits it. What the reviewers see of it
 * (contents, words, evidence) is beside what the approval releases (the parameters).
 */
export function changeProposal(subject: Subject, wanted: WantedState, evidence: Evidence | null) {
  const { published, version } = subject.record;
  const { state, mode } = wanted;
  const content = contentOf(published.content);
  const activates = state === 'active';
  return {
    ...changeFacts(subject, wanted),
    before: stateBefore(subject),
    after: {
      ...{ version, state, mode, content: activates ? content : null, author: published.author },
      changes: activates ? changesOf(subject) : [`version ${version} becomes ${state}`],
      evidence: evidence && evidenceSummary(evidence),
    },
    rationale: published.note,
  };
}
