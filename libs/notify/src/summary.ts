import { parseMoney } from '@countersign/canonical';
import type { Message, MessageType } from './message.js';
import { plainText } from './plain-text.js';

/** A message in words, for people: one line, then facts by name. Every value is one line of visible text. */
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
  'resolved by': 'resolved_by',
  'changed by': 'changed_by',
  'respond by': 'respond_by',
  'expires at': 'expires_at',
  request: 'request_id',
} as const;

const TITLES: Readonly<Record<MessageType, string>> = {
  'request.opened': 'Waiting for a person',
  'request.changed': 'Changed by a reviewer, earlier votes no longer count',
  'request.resolved': 'Resolved',
  'endpoint.test': 'Test: messages of Countersign arrive here',
};

const shown = (value: unknown): string => plainText(typeof value === 'string' ? value : String(value ?? ''));

export function summaryOf({ type, data }: Message): Summary {
  const amount = parseMoney(data['amount'] ?? null);
  const given = Object.entries(FACTS).flatMap(([name, member]): [string, string][] =>
    data[member] === undefined || data[member] === null ? [] : [[name, shown(data[member])]],
  );
  const price = amount === null ? null : shown(`${amount.value} ${amount.currency}`);
  const what = [data['action_type'], price, data['environment']].filter((part) => typeof part === 'string').map(shown);
  const state = type === 'request.resolved' ? shown(data['status']) : TITLES[type];
  return {
    title: what.length === 0 ? state : `${state}: ${what.join(' · ')}`,
    facts: price === null ? given : [['amount', price], ...given],
    links: linksOf(type, String(data['url'] ?? '')),
  };
}

/** The choices are preselected on the page; taking one is a form that the signed-in person sends. */
const linksOf = (type: MessageType, url: string): Summary['links'] =>
  type === 'request.opened' || type === 'request.changed'
    ? [
        ['Open the packet', url],
        ['Approve …', `${url}?intent=approve`],
        ['Deny …', `${url}?intent=deny`],
      ]
    : [['Open', url]];
