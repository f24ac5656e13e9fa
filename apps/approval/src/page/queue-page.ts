import type { RequestKind } from '@countersign/approval';
import { show } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { html } from './html.js';
import type { Html } from './html.js';
import { page } from './layout.js';
import { brief, draw, known } from './parts.js';
import type { Visitor } from './layout.js';

/** One waiting request, as the queue shows it. Times are UTC epoch milliseconds. */
export interface QueueItem {
  readonly request_id: string;
  readonly kind: RequestKind;
  readonly action_type: string;
  readonly environment: string;
  readonly agent_id: string;
  readonly target: string | null;
  /** `{ value, currency }`. */
  readonly amount: JsonValue;
  readonly gate: string;
  readonly approvals: { readonly given: number; readonly required: number };
  readonly respond_by: number;
  /** In whose hands it is, in words; null for nobody's. */
  readonly hands: string | null;
}

/** Characters of an agent's name in a row. */
const SHORT = 40;

export const packetPath = (requestId: string): string => `/page/requests/${encodeURIComponent(requestId)}`;

/** Time left in words; both in UTC epoch milliseconds. */
export function timeLeft(untilMs: number, nowMs: number): string {
  const minutes = Math.round(Math.abs(untilMs - nowMs) / 60_000);
  const words =
    minutes < 90
      ? `${minutes} min`
      : minutes < 2_880
        ? `${Math.round(minutes / 60)} h`
        : `${Math.round(minutes / 1_440)} d`;
  return untilMs < nowMs ? `${words} late` : `${words} left`;
}

/** Requests that may be decided together, as the queue shows them. */
export interface BatchLink {
  readonly batch: string;
  readonly action_type: string;
  readonly count: number;
  /** `{ value, currency }`. */
  readonly sum: JsonValue;
  readonly outliers: number;
}

export const batchPath = (batch: string): string => `/page/batches/${encodeURIComponent(batch)}`;

/** One page of a list. */
export interface QueueList {
  readonly items: readonly QueueItem[];
  /** All that there are, on this page or not. */
  readonly total: number;
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
  readonly isFirst: boolean;
}

/** The lists of the queue, by the names of their cursors in the address. */
export type ListName = 'mine' | 'others' | 'held';

/** What waits, as one person sees it. */
export interface Waiting {
  /** What this person can decide and nobody else has in hand. */
  readonly mine: QueueList;
  /** The rest of the tenant that waits. */
  readonly others: QueueList;
  /** Approved actions in the release queue. */
  readonly held: QueueList;
  /** What of it is alike. */
  readonly batches: readonly BatchLink[];
}

/** The queue, most urgent first: what this person can decide, what waits for others, what is held. */
export const queuePage = (visitor: Visitor, { mine, others, held, batches }: Waiting, nowMs: number): string =>
  page(
    'Queue',
    visitor,
    html`<h1>Yours to decide</h1>
<p class="lead">${mine.total === 0 ? 'Nothing waits for you.' : `${countOf(mine)}, most urgent first.`}</p>
${batches.map(together)}${mine.items.length === 0 ? null : table(mine, nowMs)}${more('mine', mine)}${list('In other hands', 'others', others, nowMs)}${list('Approved, and held until somebody releases it', 'held', held, nowMs)}`,
  );

/** All of them, and how many of them are on this page. */
const countOf = ({ items, total }: QueueList): string =>
  `${total} ${total === 1 ? 'request' : 'requests'}${items.length < total ? `, ${items.length} of them on this page` : ''}`;

const more = (name: ListName, { next, isFirst }: QueueList): Html | null =>
  next === null && isFirst
    ? null
    : html`<p>${isFirst ? null : html`<a href="/">From the beginning</a> `}${next && html`<a href="/?${name}=${encodeURIComponent(next)}">The next ones</a>`}</p>`;

const together = ({ batch, action_type, count, sum, outliers }: BatchLink): Html =>
  html`<p class="notice">${count} alike: ${known(action_type)}${sum === null ? null : html`, ${draw(show(sum))} in all`}. <a href="${batchPath(batch)}">Review together</a>${outliers > 0 ? ` · ${outliers} unlike them, to be opened alone` : null}</p>`;

const list = (title: string, name: ListName, all: QueueList, nowMs: number): Html | null =>
  all.total === 0
    ? null
    : html`<h2>${title}</h2><p class="lead">${countOf(all)}</p>${table(all, nowMs)}${more(name, all)}`;

const table = ({ items }: QueueList, nowMs: number): Html =>
  html`<section><table class="queue">
<thead><tr><th>Action</th><th>Amount</th><th>Agent</th><th>Gate</th><th>Approvals</th><th>Respond</th></tr></thead>
<tbody>${items.map((item) => row(item, nowMs))}</tbody>
</table></section>`;

const row = (item: QueueItem, nowMs: number): Html =>
  html`<tr>
<td><a href="${packetPath(item.request_id)}">${known(item.action_type)}</a> ${item.target === null ? null : brief(item.target)}<br><span class="tag">${item.environment}</span>${item.kind === 'approval' ? null : html` <span class="tag">${item.kind}</span>`}${item.hands && html` <span class="tag">${item.hands}</span>`}</td>
<td data-label="Amount">${item.amount === null ? '–' : draw(show(item.amount))}</td><td data-label="Agent">${brief(item.agent_id, SHORT)}</td><td data-label="Gate">${known(item.gate)}</td>
<td data-label="Approvals">${item.approvals.given} of ${item.approvals.required}</td>
<td data-label="Respond"><span class="tag ${item.respond_by < nowMs ? 'late' : ''}">${timeLeft(item.respond_by, nowMs)}</span></td>
</tr>`;
