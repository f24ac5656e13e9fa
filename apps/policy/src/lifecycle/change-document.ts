import type { JsonValue } from '@countersign/canonical';
import { BUILT_IN_POLICY, describeChanges, sentenceOf } from '@countersign/policy';
import type { ChangeSeal } from './change-seal.js';
import type { Evidence } from './evidence.js';
import { evidenceSummary } from './evidence.js';
import { POLICY_CHANGE } from './reachable.js';
import type { Subject, WantedState } from './subject.js';

/** A proposal's body has room for so many characters of policy on either side. */
const MAX_CONTENT = 60_000;

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

/** Who asks for a change, of what, and what is known of it. */
export interface ChangeAsked {
  readonly tenant: string;
  /** Subject of the person who asks; they do not approve it. */
  readonly proposed_by: string;
  readonly wanted: WantedState;
  readonly evidence: Evidence | null;
}

const wordsOf = (subject: Subject, { state }: WantedState): string[] =>
  state === 'active' ? changesOf(subject) : [`version ${subject.record.version} becomes ${state}`];

/** Exactly what an approval of the change releases, the words and the evidence that people decide on among it. */
function changeParameters(subject: Subject, { proposed_by, wanted, evidence }: ChangeAsked) {
  const { line, record } = subject;
  const { name, content_hash } = record.published;
  const from_version = line.active()?.version ?? null;
  const what = { policy: name, version: record.version, content_hash, from_version, ...wanted };
  return { ...what, proposed_by, changes: wordsOf(subject, wanted), evidence: evidence && evidenceSummary(evidence) };
}

/** The digested members of such an action, but for whose it is and its parameters. */
export const changeFacts = (name: string) => ({
  action_type: POLICY_CHANGE,
  environment: 'production' as const,
  target: `policy:${name}`,
});

/**
 * The body of a proposal of the change: its agent adds run, agent and model and submits it, as it is. The seal in its
 * parameters says that the service stated all that the reviewers see: contents, words, evidence.
 */
export function changeProposal(subject: Subject, asked: ChangeAsked, seal: ChangeSeal) {
  const { published, version } = subject.record;
  const { state, mode } = asked.wanted;
  const content = state === 'active' ? contentOf(published.content) : null;
  const stated = {
    ...changeFacts(published.name),
    parameters: changeParameters(subject, asked),
    before: stateBefore(subject),
    after: { version, state, mode, content, author: published.author, changes: wordsOf(subject, asked.wanted) },
  };
  const sealed = { ...stated.parameters, seal: seal.of({ ...stated, tenant: asked.tenant }) };
  return { ...stated, parameters: sealed, rationale: published.note };
}
