import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access, isRead, OpensPacket } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Batches } from '../http/batches.js';
import type { Queue } from '../http/queue.js';
import type { Votes } from '../http/votes.js';
import { BATCHES, PAGE, QUEUE, VOTES } from '../tokens.js';
import { html } from './html.js';
import { page, redirect, show, SIGN_OUT_PATH, STYLE_PATH } from './layout.js';
import { packetPageInTurns } from './packet-page.js';
import { PageProblemFilter } from './page-problem.filter.js';
import type { Form, PageSessions } from './page-sessions.js';
import { packetPath, queuePage } from './queue-page.js';
import type { ListName, QueueList } from './queue-page.js';
import { STYLE } from './style.js';
import { batchLink, packetView, queueItem, visitorOf } from './views.js';
import { intentOf, noticeOf } from './words.js';

const WAITING = { status: 'pending', limit: 100 } as const;
const MINE = { ...WAITING, assigned_to: 'me' } as const;
const OTHERS = { ...WAITING, assigned_to: 'others' } as const;
const HELD = { held: 'true', limit: 100 } as const;

/** What people read: the queue and the packets. Plain documents and forms, no scripts. */
@ApiExcludeController()
@Access('session')
@Controller()
@UseFilters(PageProblemFilter)
export class PageController {
  constructor(
    @Inject(PAGE) private readonly sessions: PageSessions,
    @Inject(VOTES) private readonly votes: Votes,
    @Inject(QUEUE) private readonly queue: Queue,
    @Inject(BATCHES) private readonly batches: Batches,
  ) {}

  @Get()
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() cursors: Form): Promise<void> {
    const session = await this.sessions.session(request);
    if (session === null) return show(reply, welcome());
    const { reviewer } = session;
    const list = (name: ListName, query: Parameters<Queue['find']>[1]): QueueList => {
      const { items, next_cursor, total } = this.queue.find(reviewer, { ...query, cursor: cursors[name] });
      return { items: items.map(queueItem), total, next: next_cursor, isFirst: cursors[name] === undefined };
    };
    await this.sessions.keepAlive(session, reply);
    const batches = this.batches.list(reviewer).map(batchLink);
    const lists = { mine: list('mine', MINE), others: list('others', OTHERS), held: list('held', HELD), batches };
    show(reply, queuePage(visitorOf(session), lists, Date.now()));
  }

  /** The address in messages: it stays the same when the page moves. */
  @Get('requests/:request_id')
  deepLink(@Res() reply: FastifyReply, @Param('request_id') id: string, @Query() query: Form): void {
    redirect(reply, packetPath(id) + intentQuery(query));
  }

  /** Reading changes nothing: a link with an intent only says which button was meant. */
  @OpensPacket()
  @Get('page/requests/:request_id')
  async packet(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('request_id') id: string,
    @Query() query: Form,
  ): Promise<void> {
    const session = await this.sessions.session(request);
    if (session === null) return show(reply, welcome(id, query));
    const action = this.votes.request(session.reviewer.tenant, id);
    if (isRead(request)) await this.queue.shown.opened(action, session.reviewer);
    await this.sessions.keepAlive(session, reply);
    const view = packetView(action, session, noticeOf(query));
    show(reply, await packetPageInTurns(visitorOf(session), view, intentOf(query)));
  }

  @Post(SIGN_OUT_PATH)
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() form: Form): Promise<void> {
    await this.sessions.end(await this.sessions.signedIn(request, form), reply);
    redirect(reply, '/');
  }

  @Get(STYLE_PATH)
  style(@Res() reply: FastifyReply): void {
    void reply
      .headers({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' })
      .send(STYLE);
  }
}

const intentQuery = (query: Form): string => {
  const intent = intentOf(query);
  return intent === null ? '' : `?intent=${intent}`;
};

/** @param requestId where the person goes after signing in; the queue without one */
export function welcome(requestId?: string, query: Form = {}): string {
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
