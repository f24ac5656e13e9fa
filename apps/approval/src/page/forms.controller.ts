import { Body, Controller, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { CountersignError, problemOf } from '@countersign/canonical';
import { Access } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BreakGlass } from '../http/break-glass.js';
import type { Custody } from '../http/custody.js';
import type { Queue } from '../http/queue.js';
import type { Releases } from '../http/releases.js';
import type { Votes } from '../http/votes.js';
import { CALLS, PAGE, QUEUE } from '../tokens.js';
import { custodyOf, glassOf, releaseOf, voteOf } from './form-wishes.js';
import { redirect, show } from './layout.js';
import { packetPage } from './packet-page.js';
import { PageProblemFilter } from './page-problem.filter.js';
import type { Form, PageSessions } from './page-sessions.js';
import { packetPath } from './queue-page.js';
import type { Session } from './sign-in.js';
import { packetView, parametersOf, visitorOf } from './views.js';
import { refusalNotice } from './words.js';

/** What the forms call: the same parts as the routes. */
export interface Calls {
  readonly votes: Votes;
  readonly releases: Releases;
  readonly glass: BreakGlass;
  readonly custody: Custody;
}

/** A posted form of the packet page. */
interface Posted {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly id: string;
  readonly form: Form;
}
/** Who asks for what, under which idempotency key. */
interface Asked {
  readonly request_id: string;
  readonly reviewer: Reviewer;
  readonly key: string;
}
type Attempt = (asked: Asked) => Promise<unknown>;

/** The forms of a packet by the last part of their address, and what each of them calls. */
const FORMS = {
  votes: async ({ votes }: Calls, asked: Asked, form: Form) => {
    const current = parametersOf(votes.request(asked.reviewer.tenant, asked.request_id));
    return votes.cast({ ...asked, body: voteOf(form, current), batch: null });
  },
  release: async ({ releases }: Calls, asked: Asked, form: Form) => releases.ask({ ...asked, wish: releaseOf(form) }),
  custody: async ({ custody }: Calls, asked: Asked, form: Form) => custody.ask({ ...asked, wish: custodyOf(form) }),
  'break-glass': async ({ glass }: Calls, asked: Asked, form: Form) => glass.ask({ ...asked, body: glassOf(form) }),
} as const;

/** What people do on the packet page. Who is refused sees the page again with what they wrote. */
@ApiExcludeController()
@Access('session')
@Controller('page/requests/:request_id')
@UseFilters(PageProblemFilter)
export class FormsController {
  constructor(
    @Inject(PAGE) private readonly sessions: PageSessions,
    @Inject(QUEUE) private readonly queue: Queue,
    @Inject(CALLS) private readonly calls: Calls,
  ) {}

  @Post(':form')
  async post(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { request_id: id, form: name = '' }: Form,
    @Body() form: Form,
  ): Promise<void> {
    if (id === undefined || !Object.hasOwn(FORMS, name))
      throw new CountersignError('not_found', 'there is no such form');
    const call = FORMS[name as keyof typeof FORMS];
    return this.attempt({ request, reply, id, form }, (asked) => call(this.calls, asked, form));
  }

  /** The same form sent twice is one call: its id is the key. */
  private async attempt({ request, reply, id, form }: Posted, call: Attempt): Promise<void> {
    const session = await this.sessions.signedIn(request, form);
    const did = form['vote'] ?? form['verb'] ?? '';
    try {
      const key = `page|${form['form_id'] ?? ''}|${did}`;
      await call({ request_id: id, reviewer: session.reviewer, key });
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      return await this.showAgain({ request, reply, id, form }, session, error);
    }
    redirect(reply, `${packetPath(id)}?${new URLSearchParams({ said: did }).toString()}`);
  }

  private async showAgain({ reply, id, form }: Posted, session: Session, error: CountersignError): Promise<void> {
    const action = this.calls.votes.request(session.reviewer.tenant, id);
    await this.queue.shown.opened(action, session.reviewer);
    const view = packetView(action, session, refusalNotice(error, action.request.gate.reason_min_length));
    show(reply.code(problemOf(error).status), packetPage(visitorOf(session), { ...view, draft: form }));
  }
}
