import { inText, show } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { html } from './html.js';
import type { Html } from './html.js';
import { page } from './layout.js';
import type { Visitor } from './layout.js';
import { batchPath, packetPath } from './queue-page.js';
import { brief, draw, known } from './parts.js';
import { OUTLIERS, refusalNotice } from './words.js';

type Members = { readonly [member: string]: JsonValue };
const members = (value: JsonValue | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const list = (value: JsonValue | undefined): readonly Members[] => (Array.isArray(value) ? value.map(members) : []);
const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const drawn = (value: JsonValue | undefined): Html => draw(show(value));

/** What one vote of the last call answered, by request. */
export interface RowResult {
  readonly request_id: string;
  readonly good: boolean;
  readonly text: string;
}

/** A batch as the API answers it: what is common once, a row for each request, then one form for all. */
export function batchPage(visitor: Visitor, batch: Members): string {
  const rows = list(batch['items']);
  const columns = [...new Set(rows.flatMap(({ differs }) => Object.keys(members(differs))))];
  const title = `${rows.length} alike: ${text(batch['action_type'])}`;
  return page(
    title,
    visitor,
    html`<h1>${rows.length} alike: ${known(text(batch['action_type']))}</h1>
<p class="lead">${known(text(batch['gate']))} · ${known(text(batch['environment']))}${batch['sum'] ? ` · ${inText(show(batch['sum']))} in all` : null}</p>
<form method="post" action="${batchPath(text(batch['batch']))}/votes"><input type="hidden" name="csrf" value="${visitor.csrf}">
<section><h2>What they do not share</h2><table>
<thead><tr><th>Take</th><th>Request</th>${columns.map((at) => html`<th>${brief(at)}</th>`)}</tr></thead>
<tbody>${rows.map((row) => rowOf(row, columns))}</tbody></table></section>
<section><h2>What all of them share</h2><dl>${Object.entries(members(batch['common'])).map(([at, value]) => html`<dt>${brief(at)}</dt><dd>${drawn(value)}</dd>`)}</dl></section>
<section><h2>Your vote</h2><p>For each request that is ticked; each is counted, answered and released by itself.</p>
<label for="reason">Reason</label><textarea id="reason" name="reason" maxlength="2000"></textarea>
<button class="approve" name="vote" value="approve">Approve all ticked</button><button class="deny" name="vote" value="deny">Deny all ticked</button></section></form>
${beside(list(batch['outliers']))}`,
  );
}

const link = ({ request_id }: Members): Html => html`<a href="${packetPath(text(request_id))}">${text(request_id)}</a>`;

const rowOf = (row: Members, columns: readonly string[]): Html =>
  html`<tr><td><input type="checkbox" name="${text(row['request_id'])}" value="${text(row['packet_digest'])}" aria-label="take" checked></td><td>${link(row)}</td>${columns.map((at) => html`<td>${drawn(members(row['differs'])[at])}</td>`)}</tr>`;

/** The ones that are unlike the others: to be opened, not ticked. */
function beside(outliers: readonly Members[]): Html | null {
  if (outliers.length === 0) return null;
  return html`<section><h2>Unlike the others: open these alone</h2><table>
<thead><tr><th>Request</th><th>Target</th><th>Amount</th><th>Why</th></tr></thead>
<tbody>${outliers.map((one) => html`<tr><td>${link(one)}</td><td>${drawn(one['target'])}</td><td>${drawn(one['amount'])}</td><td>${list(one['outliers']).map(whyOf)}</td></tr>`)}</tbody></table></section>`;
}

const whyOf = ({ reason, at }: Members): Html =>
  html`<div>${OUTLIERS[text(reason)] ?? text(reason)}${text(at) === '' ? null : html` (${brief(text(at))})`}</div>`;

/** What became of each. */
export const batchResultPage = (visitor: Visitor, results: readonly RowResult[]): string =>
  page(
    'Batch',
    visitor,
    html`<h1>${results.filter(({ good }) => good).length} of ${results.length} votes are recorded</h1>
<section><table><thead><tr><th>Request</th><th>Answer</th></tr></thead>
<tbody>${results.map((one) => html`<tr><td>${link({ request_id: one.request_id })}</td><td><span class="tag ${one.good ? 'approved' : 'denied'}">${one.text}</span></td></tr>`)}</tbody></table></section>
<p><a href="/">Back to the queue</a></p>`,
  );

/** @param answered one item of the API's answer to a batch of votes */
export function rowResult({ request_id, request, problem }: Members): RowResult {
  const { type, detail } = members(problem);
  if (typeof type === 'string') {
    const refusal = { code: type.replace('urn:countersign:problem:', ''), message: text(detail) };
    return { request_id: text(request_id), good: false, text: refusalNotice(refusal).text };
  }
  return { request_id: text(request_id), good: true, text: text(members(request)['status']) };
}
