import type { IncomingHttpHeaders } from 'node:http';
import { CountersignError } from '@countersign/canonical';
import { INTERNAL_HEADER } from './internal-header.js';

/** What says where a request comes from. */
export interface Sender {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];
/** What a form of any other site can send without asking first (Fetch, CORS-safelisted request-header). */
const FORM_TYPES = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/**
 * Refuses what a page of another site makes a browser send. Requests that change something must come from our own pages
 * by both accounts of the browser, `Sec-Fetch-Site` and `Origin`. Those that have neither are not from a browser of this
 * decade: they pass only when they carry no cookie, and at a service with pages no form either, unless it comes with an
 * API key or token or the header of our services, which no form of another site can carry.
 * @param origins of our own pages, e.g. `https://approvals.example.com`; empty at a service without pages
 * @throws CountersignError `forbidden`
 */
export function refuseCrossSite({ method, headers }: Sender, origins: readonly string[]): void {
  if (SAFE.includes(method)) return;
  const { origin, cookie, authorization } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw refused('it comes from another site');
  if (origin !== undefined && !origins.includes(origin)) throw refused('it comes from another origin');
  if (site !== undefined || origin !== undefined) return;
  const isForm = FORM_TYPES.test(headers['content-type'] ?? '');
  const isOfForms = authorization === undefined && headers[INTERNAL_HEADER] === undefined;
  if (cookie !== undefined || (isForm && origins.length > 0 && isOfForms))
    throw refused('it carries a cookie or a form and does not say where it comes from');
}

const refused = (why: string): CountersignError =>
  new CountersignError('forbidden', `the request is refused: ${why}; use the page itself, or an API key or token`);
