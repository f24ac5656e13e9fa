import type { RosterReviewer } from '../roster.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (one) => ESCAPES[one] ?? one);

const choice = (reviewer: RosterReviewer): string =>
  `<li><button name="subject" value="${escape(reviewer.subject)}"><b>${escape(reviewer.name)}</b>
  <span>${escape(reviewer.tenant)} · ${escape(reviewer.roles.join(', ') || 'no role')}</span></button></li>`;

/** Sign-in of the development provider: choose who you are. */
export const loginPage = (reviewers: readonly RosterReviewer[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in – development</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem; color: #1c2430 }
  ul { list-style: none; padding: 0 } button { width: 100%; text-align: left; padding: .6rem 1rem; margin: .2rem 0; font: inherit;
  border: 1px solid #c9d1dc; border-radius: .4rem; background: #fff; cursor: pointer } button:hover, button:focus { border-color: #2457c5 }
  span { color: #5b6675; float: right }
</style></head><body><h1>Sign in</h1>
<p>This is the development identity provider. It asks for no password and never runs in production.</p>
<form method="post"><ul>${reviewers.map(choice).join('')}</ul></form></body></html>
`;
