import { randomUUID } from 'node:crypto';
import type { RequestKind } from '@countersign/approval';
import { canonicalBytes, jsonText } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { html, plain } from './html.js';
import type { Html } from './html.js';
import type { Visitor } from './layout.js';
import type { Form } from './page-sessions.js';
import { packetPath } from './queue-page.js';
import type { Intent } from './words.js';

/** What a person can do with one request, as its forms are drawn. */
export interface FormsView {
  readonly request_id: string;
  readonly kind: RequestKind;
  readonly status: string;
  readonly packet_digest: string;
  /** Why this person cannot vote, in words; null when they can. */
  readonly hindrance: string | null;
  /** The parameters that `approve_with_changes` would replace; null where nothing can be changed. */
  readonly changeable: JsonValue;
  /** Reasons that the gate offers. */
  readonly reason_presets: readonly string[];
  /** Characters that a reason has at least; null where none is demanded. */
  readonly reason_min: number | null;
  /** True for an approved action in the release queue. */
  readonly held: boolean;
  /** Life of the grant in seconds if this person breaks the glass; null when they cannot. */
  readonly glass_ttl_s: number | null;
  /** The verbs of custody that are open to this person. */
  readonly verbs: readonly CustodyVerb[];
  /** What the person wrote in a form that was refused. */
  readonly draft: Form;
}
export type CustodyVerb = 'claim' | 'release' | 'comment' | 'recuse' | 'escalate' | 'reassign';

const BUTTONS = {
  approval: [
    ['approve', 'approve', 'Approve'],
    ['deny', 'deny', 'Deny'],
  ],
  audit: [
    ['harmless', 'approve', 'Harmless'],
    ['harmful', 'deny', 'Harmful'],
    ['unsure', '', 'Unsure'],
  ],
} as const;

const VERBS: Readonly<Record<CustodyVerb, string>> = {
  claim: 'Claim it',
  release: 'Give it back',
  comment: 'Comment',
  recuse: 'Step aside',
  escalate: 'Escalate',
  reassign: 'Hand on',
};

/** The forms of one packet: the vote or the release, then whose hands it is in. */
export const forms = (visitor: Visitor, view: FormsView, intent: Intent | null): Html =>
  html`${view.held ? releasing(visitor, view) : voting(visitor, view, intent)}${hands(visitor, view)}${emergency(visitor, view)}`;

/** A new id for each drawing: a repeated form is one call, a corrected one is another. */
const opening = ({ csrf }: Visitor, { request_id }: FormsView, to: string): Html =>
  html`<form method="post" action="${packetPath(request_id)}/${to}">
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="form_id" value="${randomUUID()}">`;

function voting(visitor: Visitor, view: FormsView, intent: Intent | null): Html {
  const { kind, packet_digest, hindrance, draft } = view;
  if (hindrance !== null) return html`<section><h2>Your vote</h2><p>${hindrance}</p></section>`;
  return html`<section><h2>Your vote</h2>${meant(kind, intent)}${opening(visitor, view, 'votes')}
<input type="hidden" name="packet_digest" value="${packet_digest}">
${presets(view)}<label for="reason">Reason${view.reason_min === null ? null : ` (at least ${view.reason_min} characters)`}</label><textarea id="reason" name="reason" maxlength="2000">${plain(draft['reason'] ?? '')}</textarea>
${BUTTONS[kind === 'audit' ? 'audit' : 'approval'].map(([vote, look, word]) => html`<button class="${look}" name="vote" value="${vote}"${vote === intent ? html` aria-describedby="meant"` : null}>${word}</button>`)}
${changing(view)}</form></section>`;
}

/** Bytes of parameters that somebody can change in a text field. */
const MOST_EDITABLE = 16 * 1024;

/** Reasons to choose from; what is written below is added. */
function presets({ reason_presets, draft }: FormsView): Html | null {
  if (reason_presets.length === 0) return null;
  return html`<label for="preset">Usual reasons</label><select id="preset" name="preset"><option></option>
${reason_presets.map((text) => html`<option${text === draft['preset'] ? html` selected` : null}>${plain(text)}</option>`)}</select>`;
}

/** A link chooses no more than this sentence: the person reads the packet and presses the button. */
const meant = (kind: RequestKind, intent: Intent | null): Html | null =>
  intent === null || kind === 'audit'
    ? null
    : html`<p class="notice" id="meant">Your link says: ${intent}. Nothing is recorded yet. Read what the approval releases, then press the button.</p>`;

function changing({ changeable, draft }: FormsView): Html | null {
  if (changeable === null) return null;
  if (canonicalBytes(changeable, MOST_EDITABLE) > MOST_EDITABLE)
    return html`<p>The parameters are too long to be changed on this page; <code>countersign vote</code> and the API take them changed.</p>`;
  const current = jsonText(changeable);
  const typed = draft['parameters'] ?? current;
  return html`<details${typed === current ? null : html` open`}><summary>Approve with other parameters</summary>
<p class="lead">They replace the proposed ones whole and are decided again; others who approve see and approve your version. What you leave out, or write as another type, is not known: policy then decides as for the strictest value that it could have, and the packet lists it under “not known”.</p>
<label for="parameters">Parameters (JSON)</label><textarea id="parameters" class="mono" name="parameters" rows="${Math.min(24, current.split('\n').length + 1)}" spellcheck="false">${plain(typed)}</textarea>
<button class="approve" name="vote" value="approve_with_changes">Approve with these changes</button></details>`;
}

const releasing = (visitor: Visitor, view: FormsView): Html =>
  html`<section><h2>Approved, and held</h2>
<p class="lead">Nothing happens until somebody releases it. After a recall it cannot run any more.</p>${opening(visitor, view, 'release')}
<label for="release_at">Release at (UTC; empty: now)</label><input id="release_at" type="datetime-local" name="release_at" value="${view.draft['release_at'] ?? ''}">
<label for="why">Reason</label><textarea id="why" name="reason" maxlength="2000">${plain(view.draft['reason'] ?? '')}</textarea>
<button class="approve" name="verb" value="let_go">Release</button><button class="deny" name="verb" value="recall">Recall</button></form></section>`;

function emergency(visitor: Visitor, view: FormsView): Html | null {
  const { glass_ttl_s, packet_digest, draft } = view;
  if (glass_ttl_s === null) return null;
  return html`<section><details${draft['emergency'] === undefined ? null : html` open`}><summary>In an emergency: let it go alone</summary>
<p class="lead">The action may run for ${Math.round(glass_ttl_s / 60)} min without the approvals that the gate asks for. Everybody who is told of requests is told, and somebody else reviews what you did.</p>${opening(visitor, view, 'break-glass')}
<input type="hidden" name="packet_digest" value="${packet_digest}">
<label for="emergency">What the emergency is</label><textarea id="emergency" name="emergency" maxlength="2000">${plain(draft['emergency'] ?? '')}</textarea>
<button class="deny" name="verb" value="break_glass">Break the glass</button></form></details></section>`;
}

function hands(visitor: Visitor, view: FormsView): Html | null {
  const { verbs, draft } = view;
  if (verbs.length === 0) return null;
  return html`<section><h2>Hand it on, or talk about it</h2>${opening(visitor, view, 'custody')}
<label for="text">Comment, or your reason</label><textarea id="text" name="text" maxlength="2000">${plain(draft['text'] ?? '')}</textarea>
${verbs.includes('reassign') ? html`<label for="to_subject">Hand on to</label><input id="to_subject" name="to_subject" maxlength="300" value="${draft['to_subject'] ?? ''}">` : null}
${verbs.map((verb) => html`<button name="verb" value="${verb}">${VERBS[verb]}</button>`)}</form></section>`;
}
