import { asWritten, digestOf, LIMITS } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { ActionDecided, ActionProposed, DeniedBefore, Edit, Gate, GatePart, Quorum } from '@countersign/events';
import { blindPacket } from './blind.js';
import { diffOf } from './diff.js';
import { patchDocument, patchOfVersion } from './patch.js';
import { readJson, valueOf } from './read-json.js';
import type { Read } from './read-json.js';
import type { Decider, RequestKind } from './state.js';

/** What a packet shows of the decision. */
export type PacketDecision = Pick<
  ActionDecided,
  | 'request_id'
  | 'policy_name'
  | 'policy_version'
  | 'policy_decision'
  | 'effective_decision'
  | 'mode'
  | 'bypass'
  | 'rule'
  | 'impact'
  | 'reversibility'
  | 'regulatory_pressure'
  | 'unknown'
  | 'explanation'
  | 'gate'
  | 'denied_before'
  | 'blind_review'
> & {
  /** Kind of the request, unless it is an approval. */
  readonly kind?: RequestKind;
  /** Who let the action go without its quorum, for the review of that. */
  readonly glass?: Decider;
};

type Gates = Pick<ActionDecided, 'advisory_gate' | 'audit_gate' | 'audit_request_id'>;

/** The decision as a request of this kind shows it, with that request's id and gate; null when it opens none. */
export function decisionOfKind(decision: PacketDecision & Gates, kind: RequestKind): PacketDecision | null {
  if (kind === 'approval') return decision.gate === null ? null : decision;
  const { advisory_gate, audit_gate, audit_request_id } = decision;
  if (kind === 'advisory') return advisory_gate === null ? null : { ...decision, kind, gate: advisory_gate };
  if (audit_gate === null || audit_request_id === null) return null;
  return { ...decision, kind, gate: audit_gate, request_id: audit_request_id };
}

/** The decision as the review of broken glass shows it; null where policy lets nobody break it. */
export function decisionOfReview(
  decision: PacketDecision & Pick<ActionDecided, 'break_glass_gate'>,
  request_id: string,
  glass: Decider,
): PacketDecision | null {
  const { break_glass_gate: gate } = decision;
  return gate === null ? null : { ...decision, kind: 'audit', gate, request_id, glass };
}

/** An edit and the person who made it. The edit's own `packet_digest` is not part of any packet. */
export interface PacketEdit {
  readonly edit: Omit<Edit, 'packet_digest'>;
  readonly issuer: string;
  readonly editor: string;
}

export type Packet = { [member: string]: JsonValue };

/**
 * Everything that a reviewer decides on. It follows from the proposal, the decision and earlier versions alone: votes
 * and times of the log are not in it, so that two people who vote at once do not make each other's packet stale.
 * @param edits changed versions in order; the last one is the version shown, the others are history
 * @param read what of JSON texts stands in it: their values, unless only its digest is asked for
 */
export function buildPacket(
  action: ActionProposed,
  decision: PacketDecision,
  edits: readonly PacketEdit[] = [],
  read: Read = valueOf,
): Packet {
  const { kind, blind_review, glass } = decision;
  const packet = wholePacket({ action, decision, edits, read });
  return kind === 'audit' && blind_review && glass === undefined ? blindPacket(packet) : packet;
}

interface Whole {
  readonly action: ActionProposed;
  readonly decision: PacketDecision;
  readonly edits: readonly PacketEdit[];
  readonly read: Read;
}

function wholePacket({ action, decision, edits, read }: Whole): Packet {
  const last = edits.at(-1);
  return {
    v: 1,
    request_id: decision.request_id,
    ...(decision.kind === undefined ? {} : { kind: decision.kind }),
    version: edits.length + 1,
    changed_by: last === undefined ? null : personOf(last),
    denied_before: (last?.edit ?? decision).denied_before.map(shownDenial),
    action: shownAction(action, last?.edit ?? action, read),
    ...(action.sensitive.length === 0 ? {} : { hidden: [...action.sensitive] }),
    ...patchDocument('changes', patchOfVersion(action.parameters, last?.edit)),
    ...states(action, last, read),
    ...statements(action, read),
    ...(last === undefined ? attested(action) : {}),
    ...decided(decision, last),
    ...(decision.glass === undefined ? {} : { break_glass: shownGlass(decision.glass) }),
    attachments: [],
    history: historyOf(action, edits, read),
  };
}

/** Digest over all of a packet; a vote names it, so that it binds what was shown. */
export const packetDigest = (packet: Packet): string => digestOf(packet);

/** The same without the packet: what stands in records in RFC 8785 form is not read to be written again. */
export const digestOfPacket = (
  action: ActionProposed,
  decision: PacketDecision,
  edits: readonly PacketEdit[] = [],
): string => packetDigest(buildPacket(action, decision, edits, asWritten));

/** What people denied before; whoever decides now knows of it. */
const shownDenial = ({ at, ...denial }: DeniedBefore): JsonValue => ({ ...denial, at: new Date(at).toISOString() });

const personOf = ({ issuer, editor }: PacketEdit): JsonValue => ({ issuer, subject: editor });

const shownAction = (
  action: ActionProposed,
  version: { parameters: string; digest: string },
  read: Read,
): JsonValue => ({
  tenant: action.tenant,
  action_id: action.action_id,
  run_id: action.run_id,
  action_type: action.action_type,
  environment: action.environment,
  on_behalf_of: action.on_behalf_of,
  target: action.target,
  parameters: read(version.parameters),
  preconditions: read(action.preconditions),
  digest: version.digest,
  supersedes: action.supersedes,
  submitted_at: new Date(action.submitted_at).toISOString(),
});

/** Before and after, each with who states it, and the patch between them. */
function states(action: ActionProposed, last: PacketEdit | undefined, read: Read): { [member: string]: JsonValue } {
  const version = last?.edit ?? action;
  const after_stated_by = last === undefined ? action.after_stated_by : 'countersign';
  return {
    before: stated(read(action.before), action.before_stated_by),
    after: stated(read(version.after), after_stated_by),
    diff: diffOf(version, read),
    ...(version.diff_truncated ? { diff_truncated: true } : {}),
  };
}

const stated = (value: JsonValue, stated_by: string): JsonValue => (value === null ? null : { value, stated_by });

/** What the agent says about itself and its reasons: to be read as untrusted text. */
const statements = (action: ActionProposed, read: Read): { [member: string]: JsonValue } => ({
  agent: { id: action.agent_id, version: action.agent_version },
  model: { id: action.model_id },
  rationale: action.rationale === null ? null : { text: action.rationale, stated_by: 'agent', trusted: false },
  confidence: action.confidence,
  signals: stated(read(action.signals), 'agent'),
  context: stated(read(action.context), 'agent'),
});

/**
 * Signals that named providers signed of this very version, apart from the agent's own; a changed version has none. The
 * member is there only where there are some: packets without them keep their digests.
 */
function attested({ attestations }: ActionProposed): { [member: string]: JsonValue } {
  const all = readJson(attestations, null);
  if (!Array.isArray(all)) return {};
  const shown = (all as (Partial<Record<string, JsonValue>> | null)[]).map((one) => ({
    value: one?.['signals'] ?? null,
    stated_by: one?.['provider'] ?? null,
    attested_at: one?.['attested_at'] ?? null,
  }));
  return { attestations: shown };
}

function decided(decision: PacketDecision, last: PacketEdit | undefined): { [member: string]: JsonValue } {
  const { mode, bypass } = decision;
  // What policy says of the version on the table; of the first one only where nobody changed it.
  const { rule, explanation, policy_decision, unknown } = last?.edit ?? decision;
  const { impact, reversibility, regulatory_pressure } = last?.edit ?? decision;
  const gate = decision.kind === undefined ? (last?.edit ?? decision).gate : decision.gate;
  return {
    policy: `${decision.policy_name}@${decision.policy_version}`,
    policy_decision,
    effective_decision: decision.effective_decision,
    ...{ mode, bypass, rule, unknown: [...unknown] },
    classification: { impact, reversibility, regulatory_pressure },
    explanation: readJson(explanation, []),
    gate: gate === null ? null : shownGate(gate),
  };
}

const shownGlass = ({ issuer, subject, reason }: Decider): JsonValue => ({ by: { issuer, subject }, reason });

const shownGate = (gate: Gate): JsonValue => ({
  name: gate.name,
  quorum: gate.quorum,
  roles: [...gate.roles],
  reason: gate.reason,
  ...(gate.people.length === 0 ? {} : { people: [...gate.people] }),
  ...(gate.thresholds.length === 0 ? {} : { thresholds: gate.thresholds.map(shownQuorum) }),
  ...(gate.factors.length === 0 ? {} : { factors: gate.factors.map(shownQuorum) }),
  ...(gate.permit.length === 0 ? {} : { permit: [...gate.permit] }),
  ...(gate.stages.length === 0 ? {} : { stages: gate.stages.map(shownQuorum) }),
  ...(gate.all.length === 0 ? {} : { all: gate.all.map(shownPart) }),
});

/** One of the gates that bind together. */
const shownPart = ({ name, quorum, roles, people, thresholds, factors, stages }: GatePart): JsonValue => ({
  ...{ name, quorum, roles: [...roles], people: [...people] },
  ...(thresholds.length === 0 ? {} : { thresholds: thresholds.map(shownQuorum) }),
  ...(factors.length === 0 ? {} : { factors: factors.map(shownQuorum) }),
  ...(stages.length === 0 ? {} : { stages: stages.map(shownQuorum) }),
});

const shownQuorum = ({ name, count, roles, people }: Quorum): JsonValue => ({
  ...{ name, count, roles: [...roles], people: [...people] },
});

/** Characters of the parameters of earlier versions that a packet repeats beside the proposed ones. */
const REPEATED = LIMITS.diff;

/** Earlier versions, 0 is the proposed one. Of the others the newest ones have their parameters, as far as there is room. */
function historyOf(action: ActionProposed, edits: readonly PacketEdit[], read: Read): JsonValue[] {
  let left = REPEATED;
  const newestFirst = [...edits.keys()].reverse().map((at): JsonValue => {
    const by = edits[at - 1];
    const { parameters, digest } = by?.edit ?? action;
    left -= at === 0 ? 0 : parameters.length;
    const repeated = at === 0 || left >= 0;
    return {
      version: at + 1,
      changed_by: by === undefined ? null : personOf(by),
      parameters: repeated ? read(parameters) : null,
      ...(repeated ? {} : { parameters_left_out: true }),
      digest,
    };
  });
  return newestFirst.reverse();
}
