import { Controller, Get, Inject, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PAGE } from '../tokens.js';
import { cookieOf, SESSION_COOKIE, setCookie, SIGN_IN_COOKIE } from './cookies.js';
import { PageProblemFilter } from './page-problem.filter.js';
import type { Form, PageSessions } from './page-sessions.js';
import { packetPath } from './queue-page.js';
import { CALLBACK_PATH } from './sign-in.js';
import { intentOf } from './words.js';

/** Both ends of a sign-in. */
@ApiExcludeController()
@Access('session')
@Controller()
@UseFilters(PageProblemFilter)
export class SignInController {
  constructor(@Inject(PAGE) private readonly sessions: PageSessions) {}

  @Get('page/sign-in')
  async begin(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Form): Promise<void> {
    const { url, cookie, lifeSeconds } = await this.sessions.parts.signIn.begin(this.pageUrl(request), goalOf(query));
    const held = { name: SIGN_IN_COOKIE, value: cookie, lifeSeconds, secure: this.sessions.secure };
    void reply
      .code(303)
      .headers({ location: url, 'set-cookie': setCookie(held) })
      .send();
  }

  @Get(CALLBACK_PATH)
  async finish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const search = request.url.slice(request.url.indexOf('?'));
    const { parts, secure } = this.sessions;
    const { cookie, lifeSeconds, goal } = await parts.signIn.finish(
      search,
      cookieOf(request.headers.cookie, SIGN_IN_COOKIE, secure),
    );
    const set = [
      setCookie({ name: SESSION_COOKIE, value: cookie, lifeSeconds, secure }),
      setCookie({ name: SIGN_IN_COOKIE, value: '', lifeSeconds: 0, secure }),
    ];
    void reply.code(303).headers({ location: goal, 'set-cookie': set }).send();
  }

  /** The address that the browser used, when it is one of ours: a made-up Host header leads nowhere else. */
  private pageUrl(request: FastifyRequest): string {
    const { urls } = this.sessions.parts;
    return urls.find((url) => new URL(url).host === request.headers.host) ?? urls[0] ?? '';
  }
}

/** Only a request can be a goal, and only by its id: an address in a link leads nowhere else. */
function goalOf(query: Form): string {
  const { request } = query;
  if (typeof request !== 'string' || request === '') return '/';
  const intent = intentOf(query);
  return packetPath(request) + (intent === null ? '' : `?intent=${intent}`);
}
