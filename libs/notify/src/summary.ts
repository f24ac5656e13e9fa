import { inText, show, showName } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { Message, MessageType } from './message.js';

/** A message in words, for people: one line, then facts by name. Every value is one line of text, as pages show it. */
export interface Summary {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Pages to open; each of them shows and asks, none of them decides. */
  readonly links: readonly (readonly [label: string, url: string])[];
}

const FACTS = {
  run: 'run_id',
  agent: 'agent_id',
  'agent version': 'agent_version',
  model: 'model_id',
  'action type': 'action_type',
  environment: 'environment',
  gate: 'gate',
  kind: 'request_kind',
  'approvals required': 'approvals_required',
  roles: 'roles',
  reminder: 'nth',
  'reminders in all': 'of',
  'assigned to': 'assignee',
  'assigned by': 'assigned_by',
  'claimed by': 'claimed_by',
  'escalated by': 'escalated_by',
  'resolved by': 'resolved_by',
  'broken by': 'broken_by',
  'reviewed in': 'review_request_id',
  'changed by': 'changed_by',
  'respond by': 'respond_by',
  'expires at': 'expires_at',
  request: 'request_id',
  freeze: 'freeze_id',
} as const;

const TITLES: Readonly<Record<MessageType, string>> = {
  'request.opened': 'Waiting for a person',
  'request.changed': 'Changed by a reviewer, earlier votes no longer count',
  'request.assigned': 'Assigned',
  'request.reminded': 'Reminder, still waiting for a person',
  'request.escalated': 'Escalated, further roles may vote',
  'request.resolved': 'Resolved',
  'glass.broken': 'Glass broken, released by one person',
  'freeze.changed': 'Frozen',
  'endpoint.test': 'Test: messages of Countersign arrive here',
};

/** What an agent may write as it likes is quoted whatever it says; names of ours and of policies only where they are none. */
const FREE: ReadonlySet<string> = new Set(['run_id', 'agent_version', 'model_id']);

const shown = (value: JsonValue | undefined): string =>
  Array.isArray(value) ? value.map((one) => inText(showName(one))).join(', ') : inText(showName(value));
const factOf = (member: string, value: JsonValue): string => (FREE.has(member) ? inText(show(value)) : shown(value));

function stateOf({ type, data }: Message): string {
  if (type === 'request.resolved') return shown(data['status']);
  if (type === 'request.assigned') return `Assigned to ${shown(data['assignee'])}`;
  return type === 'freeze.changed' && data['frozen'] !== true ? 'Freeze lifted' : TITLES[type];
}

function whatOf({ type, data }: Message, price: string | null): string[] {
  const { agent_id, action_type, environment } = data;
  const named = (value: JsonValue | undefined, otherwise: string | null): string | null =>
    typeof value === 'string' ? shown(value) : otherwise;
  const what =
    type === 'freeze.changed'
      ? [named(agent_id, 'every agent'), named(action_type, 'every action type')]
      : [named(action_type, null), price, named(environment, null)];
  return what.filter((part) => part !== null);
}

export function summaryOf(message: Message): Summary {
  const { type, data } = message;
  const amount = data['amount'] ?? null;
  const given = Object.entries(FACTS).flatMap(([name, member]): [string, string][] =>
    data[member] === undefined || data[member] === null ? [] : [[name, factOf(member, data[member])]],
  );
  const price = amount === null ? null : inText(show(amount));
  const [state, what] = [stateOf(message), whatOf(message, price)];
  return {
    title: what.length === 0 ? state : `${state}: ${what.join(' · ')}`,
    facts: price === null ? given : [['amount', price], ...given],
    links: linksOf(type, String(data['url'] ?? '')),
  };
}

const NO_VOTES: readonly MessageType[] = ['request.resolved', 'glass.broken', 'freeze.changed', 'endpoint.test'];

/** The choices are preselected on the page; taking one is a form that the signed-in person sends. */
const linksOf = (type: MessageType, url: string): Summary['links'] =>
  NO_VOTES.includes(type)
    ? [['Open', url]]
    : [
        ['Open the packet', url],
        ['Approve …', `${url}?intent=approve`],
        ['Deny …', `${url}?intent=deny`],
      ];
