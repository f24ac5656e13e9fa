import { setImmediate } from 'node:timers/promises';
import type { RequestKind } from '@countersign/approval';
import { inText, packetSections, show } from '@countersign/canonical';
import type { JsonValue, Section } from '@countersign/canonical';
import { html } from './html.js';
import type { Html } from './html.js';
import { page } from './layout.js';
import type { Visitor } from './layout.js';
import { packetPath } from './queue-page.js';
import { forms } from './packet-forms.js';
import type { FormsView } from './packet-forms.js';
import { brief, draw, drawSection, known } from './parts.js';
import type { Intent, Notice } from './words.js';

type Members = { readonly [member: string]: JsonValue };

/** What the page of one request is drawn from: the documents of the API. */
export interface PacketView extends FormsView {
  readonly approvals: { readonly given: number; readonly required: number };
  readonly packet: Members;
  /** In whose hands it is, in words; null for nobody's. */
  readonly hands: string | null;
  /** RFC 3339: when what is held leaves by itself; null where nobody named a time, or nothing is held. */
  readonly release_at: string | null;
  readonly comments: readonly JsonValue[];
  /** Kinds of evidence without which nobody approves, and which nobody attached yet. */
  readonly missing: readonly string[];
  /** What the last attempt answered. */
  readonly notice: Notice | null;
}

const members = (value: JsonValue | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const list = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const drawn = (value: JsonValue | undefined): Html => draw(show(value));

/** What it is about, in one short line. */
function headingOf({ action_type, parameters }: Members): { title: string; heading: Html } {
  const { amount } = members(parameters);
  const price = amount === undefined ? null : show(amount);
  const type = text(action_type);
  return {
    title: price === null ? type : `${type} ${inText(price)}`,
    heading: html`${known(type)}${price && html` ${price.is === 'text' ? brief(text(amount)) : draw(price)}`}`,
  };
}

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
  return html`<p class="lead">${known(text(members(by)['subject']))} let this action go in an emergency, without its quorum. Say whether it does harm: your answer is a label.</p>
<section class="untrusted"><h2>The reason given (not verified)</h2><blockquote>${drawn(reason)}</blockquote></section>`;
}

const sectionsOf = ({ packet, packet_digest }: PacketView): Section[] => packetSections(packet, packet_digest);

/** The same in several turns of the event loop: a packet may be large, and others wait. */
export async function packetPageInTurns(visitor: Visitor, view: PacketView, intent: Intent | null): Promise<string> {
  await setImmediate();
  const sections = sectionsOf(view);
  await setImmediate();
  return packetPage(visitor, view, intent, sections);
}

/** The page of one request: what the token releases first, what the agent says apart, then the vote. */
export function packetPage(
  visitor: Visitor,
  view: PacketView,
  intent: Intent | null = null,
  sections = sectionsOf(view),
): string {
  const action = members(view.packet['action']);
  const { title, heading } = headingOf(action);
  const [first, ...others] = sections.map(drawSection);
  return page(
    title,
    visitor,
    html`${view.notice && html`<p class="notice ${view.notice.kind}" role="status">${view.notice.text}</p>`}
<h1>${heading}</h1>${leadOf(view)}
<p class="lead"><span class="tag ${view.status}">${view.status}</span> ${view.approvals.given} of ${view.approvals.required} approvals · ${known(text(action['environment']))}${view.hands && html` · ${view.hands}`}${view.release_at && html` · leaves at ${view.release_at}`}</p>
${first ?? null}${evidence(view)}${others}${comments(view)}${forms(visitor, view, intent)}`,
  );
}

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
  const path = `${packetPath(requestId)}/attachments/${encodeURIComponent(text(attachment_id))}`;
  const { subject, role } = members(attached_by);
  return html`<tr><td>${known(text(kind))}</td><td><a href="${path}" download>${brief(text(name))}</a></td><td>${drawn(size_bytes)}</td>
<td class="mono">${text(sha256).slice('sha256:'.length, 'sha256:'.length + 12)}…</td><td>${known(text(subject))} (${known(text(role))})</td></tr>`;
}

/** What people said. Text of others, like the agent's own: shown, never followed. */
function comments({ comments: said }: PacketView): Html | null {
  if (said.length === 0) return null;
  return html`<section class="untrusted"><h2>Comments (not verified)</h2>
${said.map(members).map(({ subject, text: words, commented_at }) => html`<p><b>${known(text(subject))}</b> ${known(text(commented_at))}</p><blockquote>${drawn(words)}</blockquote>`)}</section>`;
}
