import { timingSafeEqual } from 'node:crypto';
import { CountersignError } from '@countersign/canonical';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieOf, SESSION_COOKIE, setCookie } from './cookies.js';
import type { EndedSessions } from './ended-sessions.js';
import type { Session, SignIn } from './sign-in.js';

/** What the page needs beside the routes' own parts. */
export interface PageParts {
  readonly signIn: SignIn;
  readonly sessions: EndedSessions;
  /** Addresses under which browsers reach this page, without trailing slashes; the first one is the usual one. */
  readonly urls: readonly string[];
}

/** The fields of a posted form, or of an address. */
export type Form = { readonly [field: string]: string | undefined };

/** Who looks at the page: the sessions in its cookies. */
export class PageSessions {
  readonly secure: boolean;

  constructor(readonly parts: PageParts) {
    this.secure = parts.urls[0]?.startsWith('https://') ?? false;
  }

  /** null for somebody who is not signed in. */
  session(request: FastifyRequest): Promise<Session | null> {
    return this.parts.signIn.session(this.cookie(request));
  }

  /** Of a form: the session, when the form repeats its value. @throws CountersignError `forbidden` */
  async signedIn(request: FastifyRequest, form: Form): Promise<Session> {
    const session = await this.parts.signIn.freshSession(this.cookie(request));
    if (session !== null && isSame(form['csrf'] ?? '', session.csrf)) return session;
    throw new CountersignError('forbidden', 'the form is not of your session; open the page again');
  }

  /** Looking at a page counts as being there. */
  async keepAlive(session: Session, reply: FastifyReply): Promise<void> {
    const { cookie: value, lifeSeconds } = await this.parts.signIn.renew(session);
    void reply.header('set-cookie', setCookie({ name: SESSION_COOKIE, value, lifeSeconds, secure: this.secure }));
  }

  /** Signs out, on every instance. */
  async end(session: Session, reply: FastifyReply): Promise<void> {
    await this.parts.signIn.end(session);
    const gone = { name: SESSION_COOKIE, value: '', lifeSeconds: 0, secure: this.secure };
    void reply.header('set-cookie', setCookie(gone));
  }

  private cookie(request: FastifyRequest): string | undefined {
    return cookieOf(request.headers.cookie, SESSION_COOKIE, this.secure);
  }
}

const isSame = (given: string, expected: string): boolean =>
  given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
