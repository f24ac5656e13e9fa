import { canonicalize, derivedId } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { proposalOf } from '../proposal.js';
import { readJson } from '../read-json.js';
import type { ActionState, RequestState } from '../state.js';
import { leavesOf } from './members.js';
import { outliersOf, SMALLEST_GROUP } from './outliers.js';
import type { Candidate, Outlier } from './outliers.js';

/** A pending request and its action. */
export interface Waiting {
  readonly action: ActionState;
  readonly request: RequestState;
}

export interface BatchMember<W extends Waiting> {
  readonly waiting: W;
  /** What its row is made of: all that takes effect, and what is stated about it. */
  readonly shown: { readonly [member: string]: JsonValue };
}

export interface BatchOutlier<W extends Waiting> extends BatchMember<W> {
  readonly outliers: readonly Outlier[];
}

/** Requests of one gate whose fingerprint is the same, and those among them that have to be opened alone. */
export interface Batch<W extends Waiting> {
  readonly batch: string;
  readonly members: readonly BatchMember<W>[];
  readonly outliers: readonly BatchOutlier<W>[];
}

/** More of a group are not compared at once: the most urgent come first, the others follow when these are decided. */
const LARGEST_GROUP = 200;

/**
 * The batches among pending requests: of one tenant, policy version, gate, action type, environment and currency, with
 * equal values of the gate's `batch.fields`. Who lacks one of these fields is in none. At least two are left in each.
 */
export function formBatches<W extends Waiting>(waiting: readonly W[]): Batch<W>[] {
  const groups = new Map<string, BatchMember<W>[]>();
  for (const one of [...waiting].sort(moreUrgent)) {
    const member = { waiting: one, shown: shownOf(one) };
    const batch = batchOf(one, member.shown);
    if (batch !== null) groups.set(batch, [...(groups.get(batch) ?? []), member].slice(0, LARGEST_GROUP));
  }
  return [...groups].flatMap(([batch, group]) => {
    const formed = judged(batch, group);
    return formed.members.length < 2 ? [] : [formed];
  });
}

const moreUrgent = ({ request: a }: Waiting, { request: b }: Waiting): number =>
  a.respond_by - b.respond_by || (a.request_id < b.request_id ? -1 : 1);

function judged<W extends Waiting>(batch: string, group: readonly BatchMember<W>[]): Batch<W> {
  if (group.length < SMALLEST_GROUP) return { batch, members: [], outliers: [] };
  const found = outliersOf(group.map(candidateOf));
  const outliersFor = ({ waiting }: BatchMember<W>): readonly Outlier[] => found.get(waiting.request.request_id) ?? [];
  return {
    batch,
    members: group.filter((one) => outliersFor(one).length === 0),
    outliers: group
      .map((one) => ({ ...one, outliers: outliersFor(one) }))
      .filter(({ outliers }) => outliers.length > 0),
  };
}

/** The batch that a request can be of, by its gate and fingerprint; null for none. */
function batchOf({ action, request }: Waiting, shown: { readonly [member: string]: JsonValue }): string | null {
  const { decided } = action;
  const { gate } = request;
  if (request.kind !== 'approval' || gate.batch_fields.length === 0) return null;
  const values = gate.batch_fields.map((pointer) => valueAt(shown, pointer));
  if (values.some((value) => value === undefined || value === null)) return null;
  const { tenant, policy_name, policy_version, action_type, environment } = decided;
  const amount = action.versions.at(-1)?.edit ?? proposalOf(action);
  const kind = [gate.name, action_type, environment, amount.amount_currency ?? ''];
  return derivedId(
    'bat',
    tenant,
    policy_name,
    policy_version,
    ...kind,
    canonicalize([[...gate.batch_fields], values as JsonValue[]]),
  );
}

const unescape = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

function valueAt(root: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const token of pointer.slice(1).split('/').map(unescape)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as { [name: string]: JsonValue })[token];
  }
  return value;
}

function shownOf({ action, request }: Waiting): { [member: string]: JsonValue } {
  const proposal = proposalOf(action);
  const edit = action.versions.at(-1)?.edit;
  const { confidence, rationale, attestations } = proposal;
  return {
    ...effectOf(action, proposal, edit?.parameters ?? proposal.parameters),
    ...{ rule: action.decided.rule, unknown: [...action.decided.unknown], gate: request.gate.name },
    before: readJson(proposal.before, null),
    after: readJson(edit === undefined ? proposal.after : edit.after, null),
    ...{ rationale, confidence, signals: readJson(proposal.signals, null) },
    attested: edit === undefined ? attestedOf(readJson(attestations, null)) : null,
  };
}

/** What takes effect, and by whom. */
const effectOf = (
  { decided }: ActionState,
  proposal: ActionProposed,
  parameters: string,
): { [name: string]: JsonValue } => ({
  ...{ agent_id: decided.agent_id, agent_version: decided.agent_version, model_id: decided.model_id },
  ...{ action_type: decided.action_type, environment: decided.environment },
  ...{ on_behalf_of: decided.on_behalf_of, target: proposal.target },
  parameters: readJson(parameters, null),
  preconditions: readJson(proposal.preconditions, null),
});

/** What is stated about an action is shown and scanned, and not compared: no two rationales need be alike. */
function candidateOf<W extends Waiting>({ waiting, shown }: BatchMember<W>): Candidate {
  const { before: _, after: __, rationale: ___, confidence, signals, attested, ...compared } = shown;
  return {
    request_id: waiting.request.request_id,
    changed: waiting.action.versions.length > 0,
    denied: (waiting.action.versions.at(-1)?.edit ?? waiting.action.decided).denied_before.length > 0,
    confidence: typeof confidence === 'number' ? confidence : null,
    anomaly: [signals, ...Object.values(attested ?? {})].some(saysAnomaly),
    ...{ compared, shown },
  };
}

const saysAnomaly = (signals: JsonValue | undefined): boolean =>
  typeof signals === 'object' && signals !== null && !Array.isArray(signals) && signals['anomaly'] === true;

/** Signals by the provider that attested them; null without any. */
function attestedOf(list: JsonValue): JsonValue {
  if (!Array.isArray(list)) return null;
  const all = list as (Partial<Record<string, JsonValue>> | null)[];
  return Object.fromEntries(all.map((one) => [String(one?.['provider']), one?.['signals'] ?? null]));
}

export interface Differences {
  /** What all members share, by RFC 6901 pointer. */
  readonly common: { readonly [pointer: string]: JsonValue };
  /** What they do not share: of each member, in order. */
  readonly own: readonly { readonly [pointer: string]: JsonValue }[];
}

/** What the rows of a batch have in common, said once, and the rest of each. Together they are all of `shown`. */
export function differencesOf(members: readonly { readonly shown: JsonValue }[]): Differences {
  const all = members.map(({ shown }) => new Map([...leavesOf(shown)].map(([at, { value }]) => [at, value])));
  const isCommon = (at: string, value: JsonValue): boolean =>
    all.every((one) => one.has(at) && canonicalize(one.get(at) ?? null) === canonicalize(value));
  const [first = new Map<string, JsonValue>()] = all;
  const common = new Map([...first].filter(([at, value]) => isCommon(at, value)));
  const own = all.map((one) => Object.fromEntries([...one].filter(([at]) => !common.has(at))));
  return { common: Object.fromEntries(common), own };
}
