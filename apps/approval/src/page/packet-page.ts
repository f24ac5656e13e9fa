import type { RequestKind } from '@countersign/approval';
import { parseMoney } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { markHidden } from './hidden.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { page } from './layout.js';
import type { Visitor } from './layout.js';
import { packetPath } from './queue-page.js';
import { forms } from './packet-forms.js';
import type { FormsView } from './packet-forms.js';
import type { Intent, Notice } from './words.js';

type Members = { readonly [member: string]: JsonValue };

/** What the page of one request is drawn from: the documents of the API. */
export interface PacketView extends FormsView {
  readonly approvals: { readonly given: number; readonly required: number };
  readonly packet: Members;
  /** In whose hands it is, in words; null for nobody's. */
  readonly hands: string | null;
  readonly comments: readonly JsonValue[];
  /** Kinds of evidence without which nobody approves, and which nobody attached yet. */
  readonly missing: readonly string[];
  /** What the last attempt answered. */
  readonly notice: Notice | null;
}

const members = (value: JsonValue | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const list = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const shown = (value: JsonValue | undefined): string => {
  if (value === null || value === undefined) return '–';
  const money = parseMoney(value);
  if (money !== null) return `${money.value} ${money.currency}`;
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
};
const titleOf = (action: Members): string => {
  const amount = members(action['parameters'])['amount'];
  return amount === undefined ? shown(action['action_type']) : `${shown(action['action_type'])} ${shown(amount)}`;
};

const facts = (entries: Members): Html =>
  html`<dl>${Object.entries(entries).map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${shown(value)}</dd>`)}</dl>`;

/** What a request that does not bind is for. */
const KINDS: Readonly<Record<RequestKind, string | null>> = {
  approval: null,
  advisory: 'Advice only: the action runs anyway, whatever you answer. Say what you would have done: it binds nothing.',
  audit: 'The action was approved and picked at random. Say whether it does harm: your answer is a label.',
};

/** The review of broken glass says whose word it was and why; the reason is that person's text. */
function leadOf({ kind, packet }: PacketView): Html | null {
  const { by, reason } = members(packet['break_glass']);
  if (kind !== 'audit' || by === undefined) {
    const lead = KINDS[kind];
    return lead === null ? null : html`<p class="lead">${lead}</p>`;
  }
  return html`<p class="lead">${shown(members(by)['subject'])} let this action go in an emergency, without its quorum. Say whether it does harm: your answer is a label.</p>
<section class="untrusted"><h2>The reason given (not verified)</h2><blockquote>${shown(reason)}</blockquote></section>`;
}

/** The page of one request: what the token releases first, what the agent says apart, then the vote. */
export function packetPage(visitor: Visitor, shownView: PacketView, intent: Intent | null = null): string {
  const view = { ...shownView, packet: markHidden(shownView.packet) };
  const action = members(view.packet['action']);
  const title = titleOf(action);
  return page(
    title,
    visitor,
    html`${view.notice && html`<p class="notice ${view.notice.kind}" role="status">${view.notice.text}</p>`}
<h1>${title}</h1>${leadOf(view)}
<p class="lead"><span class="tag ${view.status}">${view.status}</span> ${view.approvals.given} of ${view.approvals.required} approvals · ${action['environment'] as string}${view.hands && html` · ${view.hands}`}</p>
${effect(view, action)}${evidence(view)}${change(view.packet)}${attested(view.packet)}${statements(view.packet)}${reasons(view.packet)}${comments(view)}${forms(visitor, view, intent)}`,
  );
}

const effect = ({ packet, packet_digest }: PacketView, action: Members): Html =>
  html`<section><h2>What an approval releases</h2>${facts(members(action['parameters']))}<hr>
${facts({ target: action['target'] ?? null, 'on behalf of': action['on_behalf_of'] ?? null, run: action['run_id'] ?? null, agent: `${shown(members(packet['agent'])['id'])} ${shown(members(packet['agent'])['version'])}`, model: members(packet['model'])['id'] ?? null, digest: action['digest'] ?? null, packet: packet_digest })}</section>`;

/** Files of others: each is saved when it is followed, and opened by nothing here. */
function evidence({ request_id, packet, missing }: PacketView): Html | null {
  const files = list(packet['attachments']).map((file) => attachment(request_id, members(file)));
  if (files.length + missing.length === 0) return null;
  return html`<section class="untrusted"><h2>Evidence (not verified)</h2>${lacking(request_id, missing)}
${files.length === 0 ? null : html`<table><thead><tr><th>Kind</th><th>File</th><th>Bytes</th><th>SHA-256</th><th>Attached by</th></tr></thead><tbody>${files}</tbody></table>`}</section>`;
}

const lacking = (requestId: string, [first, ...others]: readonly string[]): Html | null =>
  first === undefined
    ? null
    : html`<p>Missing: ${[first, ...others].join(', ')}. Nobody can approve before it is attached: <code>countersign attach ${requestId} FILE --kind ${first} --reviewer YOU</code></p>`;

function attachment(requestId: string, { attachment_id, kind, name, size_bytes, sha256, attached_by }: Members): Html {
  const path = `${packetPath(requestId)}/attachments/${encodeURIComponent(shown(attachment_id))}`;
  const { subject, role } = members(attached_by);
  return html`<tr><td>${shown(kind)}</td><td><a href="${path}" download>${shown(name)}</a></td><td>${shown(size_bytes)}</td>
<td class="mono">${shown(sha256).slice('sha256:'.length, 'sha256:'.length + 12)}…</td><td>${shown(subject)} (${shown(role)})</td></tr>`;
}

function change(packet: Members): Html {
  return html`${edited(packet)}${beforeAndAfter(members(packet['before']), members(packet['after']))}`;
}

/** What reviewers changed, with the proposed version beside it. */
function edited({ changed_by, action, history }: Members): Html | null {
  if (!changed_by) return null;
  const proposed = members(list(history)[0])['parameters'];
  return html`<section><h2>Changed by ${shown(members(changed_by)['subject'])}</h2>
<table><thead><tr><th>Parameter</th><th>Proposed</th><th>Now</th></tr></thead><tbody>${rows(proposed, members(action)['parameters'])}</tbody></table></section>`;
}

function beforeAndAfter(before: Members, after: Members): Html | null {
  if (before['value'] === undefined && after['value'] === undefined) return null;
  if (after['value'] === undefined)
    return html`<section><h2>Before, as stated by ${shown(before['stated_by'])}</h2>${facts(members(before['value']))}</section>`;
  return html`<section><h2>Before and after</h2>
<p class="lead">Before as stated by ${shown(before['stated_by'])}, after as stated by ${shown(after['stated_by'])}.</p>
<table><thead><tr><th>Field</th><th>Before</th><th>After</th></tr></thead><tbody>${rows(before['value'], after['value'])}</tbody></table></section>`;
}

function rows(before: JsonValue | undefined, after: JsonValue | undefined): Html[] {
  const [from, to] = [members(before), members(after)];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.map((name) => {
    const [old, now] = [shown(from[name]), shown(to[name])];
    if (old === now) return html`<tr><td>${name}</td><td class="mono">${old}</td><td class="mono">${now}</td></tr>`;
    return html`<tr><td>${name}</td><td><pre><del>${old}</del></pre></td><td><pre><ins>${now}</ins></pre></td></tr>`;
  });
}

const statements = (packet: Members): Html =>
  html`<section class="untrusted"><h2>What the agent says about itself (not verified)</h2>
<blockquote>${shown(members(packet['rationale'])['text'])}</blockquote>
${facts({ confidence: packet['confidence'] ?? null, ...members(members(packet['signals'])['value']) })}</section>`;

/** What providers signed, each under its name. */
const attested = (packet: Members): Html[] =>
  list(packet['attestations']).map(
    (one) =>
      html`<section><h2>Signals attested by ${shown(members(one)['stated_by'])}</h2>${facts(members(members(one)['value']))}</section>`,
  );

/** The stages of the gate in their order, each with how many people it takes. */
function stagesIn(gate: Members): Members {
  const texts = list(gate['stages']).map((one) => `${shown(members(one)['count'])} × ${shown(members(one)['name'])}`);
  return texts.length === 0 ? {} : { 'in this order': texts.join(', then ') };
}

const reasons = (packet: Members): Html =>
  html`<section><h2>Why a person decides</h2>${facts({ policy: packet['policy'] ?? null, rule: packet['rule'] ?? null, gate: members(packet['gate'])['name'] ?? null, ...stagesIn(members(packet['gate'])), ...members(packet['classification']), 'not known': list(packet['unknown']).join(', ') || null })}
<details><summary>Explanation</summary><pre>${shown(packet['explanation'])}</pre></details></section>`;

/** What people said. Text of others, like the agent's own: shown, never followed. */
function comments({ comments: said }: PacketView): Html | null {
  if (said.length === 0) return null;
  return html`<section class="untrusted"><h2>Comments (not verified)</h2>
${said.map(members).map(({ subject, text, commented_at }) => html`<p><b>${shown(subject)}</b> ${shown(commented_at)}</p><blockquote>${shown(text)}</blockquote>`)}</section>`;
}
