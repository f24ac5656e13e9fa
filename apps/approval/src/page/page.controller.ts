import { timingSafeEqual } from 'node:crypto';
import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { CountersignError, digestOf } from '@countersign/canonical';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Queue } from '../http/queue.js';
import type { Votes } from '../http/votes.js';
import { PAGE, QUEUE, VOTES } from '../tokens.js';
import { cookieOf, SESSION_COOKIE, setCookie } from './cookies.js';
import { page, PAGE_HEADERS, SIGN_OUT_PATH, STYLE_PATH } from './layout.js';
import type { EndedSessions } from './ended-sessions.js';
import { html } from './html.js';
import { packetPage } from './packet-page.js';
import { PageProblemFilter } from './page-problem.filter.js';
import { packetPath, queuePage } from './queue-page.js';
import type { Session, SignIn } from './sign-in.js';
import { STYLE } from './style.js';
import { packetView, queueItem, visitorOf } from './views.js';
import { intentOf, noticeOf } from './words.js';

/** What the page needs beside the routes' own parts. */
export interface PageParts {
  readonly signIn: SignIn;
  readonly sessions: EndedSessions;
  /** Addresses under which browsers reach this page, without trailing slashes; the first one is the usual one. */
  readonly urls: readonly string[];
}

type Form = { readonly [field: string]: string | undefined };
const WAITING = { status: 'pending', limit: 100 } as const;

/** The reviewers' page: plain documents and forms, no scripts. */
@ApiExcludeController()
@Controller()
@UseFilters(PageProblemFilter)
export class PageController {
  constructor(
    @Inject(PAGE) private readonly parts: PageParts,
    @Inject(VOTES) private readonly votes: Votes,
    @Inject(QUEUE) private readonly queue: Queue,
  ) {}

  @Get()
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await this.session(request);
    if (session === null) return show(reply, welcome());
    const { items } = this.queue.find(session.reviewer, WAITING);
    await this.keepAlive(session, reply);
    show(reply, queuePage(visitorOf(session), items.map(queueItem), Date.now()));
  }

  /** The address in messages: it stays the same when the page moves. */
  @Get('requests/:request_id')
  deepLink(@Res() reply: FastifyReply, @Param('request_id') id: string, @Query() query: Form): void {
    redirect(reply, packetPath(id) + intentQuery(query));
  }

  /** Reading changes nothing: a link with an intent only says which button was meant. */
  @Get('page/requests/:request_id')
  async packet(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('request_id') id: string,
    @Query() query: Form,
  ): Promise<void> {
    const session = await this.session(request);
    if (session === null) return show(reply, welcome(id, query));
    const action = this.votes.request(session.reviewer.tenant, id);
    this.queue.noteShown(action, session.reviewer);
    await this.keepAlive(session, reply);
    show(reply, packetPage(visitorOf(session), packetView(action, session, noticeOf(query)), intentOf(query)));
  }

  @Post('page/requests/:request_id/votes')
  async vote(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('request_id') request_id: string,
    @Body() form: Form,
  ): Promise<void> {
    const session = await this.signedIn(request, form);
    const { vote, packet_digest, reason } = form;
    const body = { vote, packet_digest, reason: reason?.trim() || null };
    // The same form sent twice is one vote.
    const ballot = { request_id, reviewer: session.reviewer, key: `page|${digestOf(body)}`, body, batch_id: null };
    const outcome = await this.votes.cast(ballot).then(
      () => `said=${vote}`,
      (error: unknown) => (error instanceof CountersignError ? `refused=${error.code}` : Promise.reject(error)),
    );
    redirect(reply, `${packetPath(request_id)}?${outcome}`);
  }

  @Post(SIGN_OUT_PATH)
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() form: Form): Promise<void> {
    await this.parts.signIn.end(await this.signedIn(request, form));
    void reply.header(
      'set-cookie',
      setCookie({ name: SESSION_COOKIE, value: '', lifeSeconds: 0, secure: isSecure(this.parts) }),
    );
    redirect(reply, '/');
  }

  @Get(STYLE_PATH)
  style(@Res() reply: FastifyReply): void {
    void reply
      .headers({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' })
      .send(STYLE);
  }

  private session(request: FastifyRequest): Promise<Session | null> {
    return this.parts.signIn.session(this.cookie(request));
  }

  private cookie(request: FastifyRequest): string | undefined {
    return cookieOf(request.headers.cookie, SESSION_COOKIE, isSecure(this.parts));
  }

  /** Looking at a page counts as being there. */
  private async keepAlive(session: Session, reply: FastifyReply): Promise<void> {
    const { cookie: value, lifeSeconds } = await this.parts.signIn.renew(session);
    const secure = isSecure(this.parts);
    void reply.header('set-cookie', setCookie({ name: SESSION_COOKIE, value, lifeSeconds, secure }));
  }

  /** Of a form: the session, when the form repeats its value. @throws CountersignError `forbidden` */
  private async signedIn(request: FastifyRequest, form: Form): Promise<Session> {
    const session = await this.parts.signIn.freshSession(this.cookie(request));
    if (session !== null && isSame(form['csrf'] ?? '', session.csrf)) return session;
    throw new CountersignError('forbidden', 'the form is not of your session; open the page again');
  }
}

const isSame = (given: string, expected: string): boolean =>
  given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));

export const isSecure = ({ urls }: PageParts): boolean => urls[0]?.startsWith('https://') ?? false;

const show = (reply: FastifyReply, text: string): void => void reply.headers(PAGE_HEADERS).send(text);
const redirect = (reply: FastifyReply, to: string): void => void reply.code(303).header('location', to).send();

const intentQuery = (query: Form): string => {
  const intent = intentOf(query);
  return intent === null ? '' : `?intent=${intent}`;
};

/** @param requestId where the person goes after signing in; the queue without one */
function welcome(requestId?: string, query: Form = {}): string {
  const intent = intentOf(query);
  const goal = new URLSearchParams({ ...(requestId && { request: requestId }), ...(intent && { intent }) }).toString();
  return page(
    'Sign in',
    null,
    html`<h1>Countersign</h1>
      <p class="lead">Decisions on what agents mean to do.</p>
      <p><a href="/page/sign-in${goal && `?${goal}`}">Sign in</a></p>`,
  );
}
