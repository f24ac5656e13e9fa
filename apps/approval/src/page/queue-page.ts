import type { RequestKind } from '@countersign/approval';
import { html } from './html.js';
import type { Html } from './html.js';
import { page } from './layout.js';
import type { Visitor } from './layout.js';

/** One waiting request, as the queue shows it. Times are UTC epoch milliseconds. */
export interface QueueItem {
  readonly request_id: string;
  readonly kind: RequestKind;
  readonly action_type: string;
  readonly environment: string;
  readonly agent_id: string;
  readonly target: string | null;
  /** For example `450.00 USD`. */
  readonly amount: string | null;
  readonly gate: string;
  readonly approvals: { readonly given: number; readonly required: number };
  readonly respond_by: number;
  /** In whose hands it is, in words; null for nobody's. */
  readonly hands: string | null;
}

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

/** The queue: what waits for this person, most urgent first. */
export const queuePage = (visitor: Visitor, items: readonly QueueItem[], nowMs: number): string =>
  page(
    'Queue',
    visitor,
    html`<h1>Waiting for a person</h1>
<p class="lead">${items.length === 0 ? 'Nothing waits.' : `${items.length} ${items.length === 1 ? 'request' : 'requests'}, most urgent first.`}</p>
${items.length === 0 ? null : table(items, nowMs)}`,
  );

const table = (items: readonly QueueItem[], nowMs: number): Html =>
  html`<section><table>
<thead><tr><th>Action</th><th>Amount</th><th>Agent</th><th>Gate</th><th>Approvals</th><th>Respond</th></tr></thead>
<tbody>${items.map((item) => row(item, nowMs))}</tbody>
</table></section>`;

const row = (item: QueueItem, nowMs: number): Html =>
  html`<tr>
<td><a href="${packetPath(item.request_id)}">${item.action_type}</a> ${item.target}<br><span class="tag">${item.environment}</span>${item.kind === 'approval' ? null : html` <span class="tag">${item.kind}</span>`}${item.hands && html` <span class="tag">${item.hands}</span>`}</td>
<td>${item.amount ?? '–'}</td><td>${item.agent_id}</td><td>${item.gate}</td>
<td>${item.approvals.given} of ${item.approvals.required}</td>
<td><span class="tag ${item.respond_by < nowMs ? 'late' : ''}">${timeLeft(item.respond_by, nowMs)}</span></td>
</tr>`;
