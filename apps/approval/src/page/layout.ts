import { visibleText } from '@countersign/canonical';
import type { FastifyReply } from 'fastify';
import { html, plain } from './html.js';
import type { Html } from './html.js';

/** The person who is signed in, as the header shows it. */
export interface Visitor {
  readonly name: string;
  readonly tenant: string;
  /** Repeated in every form; a post without it is refused. */
  readonly csrf: string;
}

export const STYLE_PATH = '/page/style.css';
export const SIGN_OUT_PATH = '/page/sign-out';

/** Headers of every page: nothing is loaded or framed but our own style sheet, and forms post only here. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  // With `no-referrer` browsers would hide the origin of our own forms (Fetch, 3.2.6), and it is checked.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A whole document. */
export const page = (title: string, visitor: Visitor | null, body: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${plain(visibleText(title))} · Countersign</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<header><a class="brand" href="/">Countersign</a>${visitor === null ? null : signedIn(visitor)}</header>
<main>${body}</main>
</body>
</html>
`.text;

const signedIn = ({ name, tenant, csrf }: Visitor): Html =>
  html`<form class="who" method="post" action="${SIGN_OUT_PATH}"><input type="hidden" name="csrf" value="${csrf}">${name}, ${tenant} · <button class="plain">Sign out</button></form>`;

/** What went wrong, and what to do, on a page of its own. */
export const problemPage = (visitor: Visitor | null, title: string, detail: string): string =>
  page(title, visitor, html`<h1>${title}</h1><p class="lead">${detail}</p><p><a href="/">Back to the queue</a></p>`);

export const show = (reply: FastifyReply, text: string): void => void reply.headers(PAGE_HEADERS).send(text);
export const redirect = (reply: FastifyReply, to: string): void => void reply.code(303).header('location', to).send();
