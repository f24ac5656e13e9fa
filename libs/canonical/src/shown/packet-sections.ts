import { canonicalize } from '../canonical.js';
import type { JsonValue } from '../json.js';
import { MOST_MEMBERS, nameOf, ROOM, show, showName } from './shown.js';
import type { Cut, Shown } from './shown.js';

type Members = { readonly [member: string]: JsonValue };

/** One line of a section under a label of ours, or a change of one member of the agent's. */
export type Entry =
  | { readonly is: 'fact'; readonly label: string; readonly value: Shown }
  | {
      readonly is: 'change';
      readonly name: Cut;
      readonly before: Shown;
      readonly after: Shown;
      readonly same: boolean;
    };

export interface Section {
  readonly title: string;
  /** Text of others, which nobody has verified. */
  readonly untrusted: boolean;
  /** Long, and not needed at first sight. */
  readonly folded: boolean;
  readonly entries: readonly Entry[];
}

const members = (value: JsonValue | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const list = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const isMembers = (value: JsonValue | undefined): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fact = (label: string, value: Shown): Entry => ({ is: 'fact', label, value });
const facts = (all: Members): Entry[] => Object.entries(all).map(([label, value]) => fact(label, show(value)));
const ours = (all: Members): Entry[] => Object.entries(all).map(([label, value]) => fact(label, showName(value)));
const given = (label: string, value: JsonValue | undefined, at?: string, hidden?: readonly string[]): Entry[] =>
  value === undefined || value === null ? [] : [fact(label, show(value, { at, hidden }))];
const section = (
  title: string,
  entries: readonly Entry[],
  kind: 'ours' | 'untrusted' | 'folded' = 'ours',
): Section => ({
  ...{ title, entries, untrusted: kind === 'untrusted', folded: kind === 'folded' },
});

/**
 * A packet as people read it, in its order: warnings, what an approval releases, what changes, what others say, why a
 * person decides. Labels are ours alone: names and values of agents stand quoted below them.
 * @param packet as `GET /v1/requests/{request_id}` answers it
 * @param packetDigest shown beside the action's own digest
 */
export function packetSections(packet: Members, packetDigest: string): Section[] {
  const hidden = list(packet['hidden']).filter((pointer) => typeof pointer === 'string');
  return [
    ...warnings(packet),
    released(packet, packetDigest, hidden),
    ...edited(packet, hidden),
    ...beforeAndAfter(packet, hidden),
    ...attested(packet, hidden),
    ...statements(packet, hidden),
    ...reasons(packet),
  ].filter(({ entries }) => entries.length > 0);
}

function warnings(packet: Members): Section[] {
  const denied = list(packet['denied_before']).map(members);
  const isNamed = !list(packet['unknown']).includes('/action_type');
  const asked = denied.flatMap(({ reviewer_id, reason, at, same, action_id }) =>
    facts({
      'denied by': reviewer_id ?? null,
      at: at ?? null,
      same: same ?? null,
      action: action_id ?? null,
      reason: reason ?? null,
    }),
  );
  return [
    section('Denied before', asked, 'untrusted'),
    section(
      'No policy names this action type',
      isNamed ? [] : ours({ 'action type': members(packet['action'])['action_type'] ?? null }),
    ),
  ];
}

function released(packet: Members, packetDigest: string, hidden: readonly string[]): Section {
  const action = members(packet['action']);
  const agent = members(packet['agent']);
  const { action_type = null, environment = null, target = null, on_behalf_of = null, supersedes } = action;
  return section('What an approval releases', [
    ...ours({ 'action type': action_type, environment }),
    ...facts({ target, 'on behalf of': on_behalf_of }),
    fact('parameters', show(action['parameters'], { at: '/parameters', hidden })),
    ...given('preconditions', action['preconditions'], '/preconditions', hidden),
    ...facts({ agent: agent['id'] ?? null, 'agent version': agent['version'] ?? null }),
    ...facts({ model: members(packet['model'])['id'] ?? null, run: action['run_id'] ?? null }),
    ...given('supersedes', supersedes),
    ...ours({ digest: action['digest'] ?? null, packet: packetDigest }),
  ]);
}

/** What reviewers changed, with the proposed version beside it. */
function edited({ changed_by, action, history }: Members, hidden: readonly string[]): Section[] {
  if (!isMembers(changed_by)) return [];
  const proposed = members(list(history)[0])['parameters'];
  // Who reviews it blind is not told who did.
  const { subject } = members(changed_by);
  return [
    section('Changed by a reviewer', [
      ...(typeof subject === 'string' ? facts({ 'changed by': subject }) : []),
      ...changes(proposed, members(action)['parameters'], { at: ['/parameters', '/parameters'], hidden }),
    ]),
  ];
}

function beforeAndAfter(packet: Members, hidden: readonly string[]): Section[] {
  const [before, after] = [members(packet['before']), members(packet['after'])];
  if (before['value'] === undefined && after['value'] === undefined) return [];
  return [
    section('Before and after', [
      ...ours(statedBy(before, after)),
      ...changes(before['value'], after['value'], { at: ['/before', '/after'], hidden }),
    ]),
  ];
}

const statedBy = ({ stated_by: before }: Members, { stated_by: after }: Members): Members => ({
  ...(before === undefined ? {} : { 'before as stated by': before }),
  ...(after === undefined ? {} : { 'after as stated by': after }),
});

interface Sides {
  readonly at: readonly [before: string, after: string];
  readonly hidden: readonly string[];
}

/** Member by member where both have some; whole otherwise, so that a text or a list is never an empty change. */
function changes(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  { at: [left, right], hidden }: Sides,
): Entry[] {
  if (!isMembers(before) || !isMembers(after))
    return [fact('before', show(before, { at: left, hidden })), fact('after', show(after, { at: right, hidden }))];
  const [from, to] = [members(before), members(after)];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const shown = names.slice(0, MOST_MEMBERS);
  // Of the name and of each side: the fewer members, the more of each.
  const room = Math.floor(ROOM / (1 + shown.length));
  const sideOf = (value: JsonValue | undefined, at: string): Shown => show(value, { at, hidden, room });
  const entries = shown.map((name): Entry => ({
    is: 'change',
    name: nameOf(name, room),
    before: sideOf(from[name], `${left}/${escape(name)}`),
    after: sideOf(to[name], `${right}/${escape(name)}`),
    same: Object.hasOwn(from, name) && Object.hasOwn(to, name) && isSame(from[name], to[name]),
  }));
  const more = names.length - shown.length;
  return more === 0 ? entries : [...entries, fact('more members, in the JSON of the API', show(more))];
}

const escape = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
const isSame = (a: JsonValue | undefined, b: JsonValue | undefined): boolean =>
  canonicalize(a ?? null) === canonicalize(b ?? null);

/** What providers signed, each under its name. */
const attested = (packet: Members, hidden: readonly string[]): Section[] =>
  list(packet['attestations'])
    .map(members)
    .map(({ stated_by = null, attested_at, value }) =>
      section('Signals attested by a provider', [
        ...facts({ provider: stated_by }),
        ...given('attested at', attested_at),
        fact('signals', show(value, { at: '/signals', hidden })),
      ]),
    );

function statements(packet: Members, hidden: readonly string[]): Section[] {
  const said = (name: string): JsonValue | undefined => members(packet[name])['value'];
  return [
    section(
      'What the agent says about itself (not verified)',
      [
        fact('rationale', show(members(packet['rationale'])['text'])),
        fact('confidence', show(packet['confidence'] ?? undefined)),
        ...given('signals', said('signals'), '/signals', hidden),
      ],
      'untrusted',
    ),
    section('Context, as the agent gave it', given('context', said('context'), '/context', hidden), 'folded'),
  ];
}

function reasons(packet: Members): Section[] {
  const { name = null, quorum, stages, factors, thresholds, permit } = members(packet['gate']);
  const { policy = null, rule = null, unknown } = packet;
  return [
    section('Why a person decides', [
      ...ours({ policy, rule, gate: name }),
      ...given('quorum', quorum),
      ...places('in this order', stages),
      ...places('all of', factors),
      ...places('by amount', thresholds),
      ...given('exceptions', permit),
      ...ours(members(packet['classification'])),
      ...(list(unknown).length === 0 ? [] : [fact('not known', show(unknown))]),
    ]),
    section('Explanation', given('steps', packet['explanation']), 'folded'),
  ];
}

/** Names of gates come from policies, and are quoted all the same. */
const places = (label: string, all: JsonValue | undefined): Entry[] =>
  list(all)
    .map(members)
    .map(({ name = null, count = null, roles = null, people = null }, at) =>
      fact(`${label}, ${at + 1}`, show({ name, people_needed: count, roles, people })),
    );
