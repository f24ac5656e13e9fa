import { Module } from '@nestjs/common';
import type { RedactionKeys } from '@countersign/canonical';
import type { DynamicModule } from '@nestjs/common';
import { METRICS } from '@countersign/service';
import type { Registry } from 'prom-client';
import type { Evidence } from './evidence/evidence.js';
import type { ApprovalTokens } from './http/approval-tokens.js';
import { AttachmentsController } from './http/attachments.controller.js';
import { BreakGlass } from './http/break-glass.js';
import { BreakGlassController } from './http/break-glass.controller.js';
import type { Batches } from './http/batches.js';
import { BatchesController } from './http/batches.controller.js';
import type { Custody } from './http/custody.js';
import { CustodyController } from './http/custody.controller.js';
import { ExecutorsController } from './http/executors.controller.js';
import { FreezesController } from './http/freezes.controller.js';
import { GrantsController } from './http/grants.controller.js';
import { InternalAttachmentsController } from './http/internal-attachments.controller.js';
import { InternalController } from './http/internal.controller.js';
import { KnownController } from './http/known.controller.js';
import type { Queue } from './http/queue.js';
import { Releases } from './http/releases.js';
import { ReleasesController } from './http/releases.controller.js';
import { RequestEventsController } from './http/request-events.controller.js';
import { RequestFeed } from './http/request-feed.js';
import { RequestsController } from './http/requests.controller.js';
import type { Votes } from './http/votes.js';
import type { Judge } from './judge/judge.js';
import type { View } from './judge/view.js';
import { observeJudge } from './metrics.js';
import { ApprovalsHandler } from './notify/approvals.handler.js';
import { LettersHandler } from './notify/letters.handler.js';
import { NotificationsController } from './notify/notifications.controller.js';
import { observeNotifications } from './notify/notify-metrics.js';
import type { NotifyParts } from './notify/notify-parts.js';
import { BatchPageController } from './page/batch-page.controller.js';
import { FormsController } from './page/forms.controller.js';
import type { Calls } from './page/forms.controller.js';
import { AttachmentsPageController } from './page/attachments-page.controller.js';
import { PageController } from './page/page.controller.js';
import { PageSessions } from './page/page-sessions.js';
import type { PageParts } from './page/page-sessions.js';
import { SignInController } from './page/sign-in.controller.js';
import { ReviewersController } from './roster/reviewers.controller.js';
import type { RosterLog } from './roster/roster-log.js';
import {
  APPROVAL_TOKENS,
  BREAK_GLASS,
  BATCHES,
  CALLS,
  CUSTODY,
  EVIDENCE,
  FEED,
  JUDGE,
  NOTIFY,
  PAGE,
  QUEUE,
  RELEASES,
  REDACTION_KEYS,
  ROSTER,
  VIEW,
  VOTES,
} from './tokens.js';

export interface ApprovalParts {
  readonly judge: Judge;
  readonly view: View;
  readonly roster: RosterLog;
  readonly redactionKeys: RedactionKeys;
  readonly tokens: ApprovalTokens;
  readonly votes: Votes;
  readonly custody: Custody;
  readonly evidence: Evidence;
  readonly queue: Queue;
  readonly batches: Batches;
  readonly notify: NotifyParts;
  /** null leaves the reviewers' page out. */
  readonly page: PageParts | null;
}

const CONTROLLERS = [
  AttachmentsController,
  BreakGlassController,
  BatchesController,
  CustodyController,
  ExecutorsController,
  GrantsController,
  ReleasesController,
  RequestEventsController,
  RequestsController,
  FreezesController,
  InternalAttachmentsController,
  InternalController,
  KnownController,
  NotificationsController,
  ApprovalsHandler,
  LettersHandler,
  ReviewersController,
];

@Module({})
export class ApprovalModule {
  static of(parts: ApprovalParts): DynamicModule {
    const observed = (registry: Registry): Judge => {
      observeJudge(registry, parts.judge);
      return parts.judge;
    };
    const notifying = (registry: Registry): NotifyParts => {
      observeNotifications(registry, parts.notify.notifications);
      return parts.notify;
    };
    const releases = new Releases(parts.judge, parts.votes);
    const glass = new BreakGlass(parts.judge, parts.votes);
    return {
      module: ApprovalModule,
      controllers: [
        ...CONTROLLERS,
        ...(parts.page === null
          ? []
          : [PageController, AttachmentsPageController, BatchPageController, FormsController, SignInController]),
      ],
      providers: [
        { provide: JUDGE, useFactory: observed, inject: [METRICS] },
        { provide: NOTIFY, useFactory: notifying, inject: [METRICS] },
        { provide: VIEW, useValue: parts.view },
        { provide: ROSTER, useValue: parts.roster },
        { provide: REDACTION_KEYS, useValue: parts.redactionKeys },
        { provide: APPROVAL_TOKENS, useValue: parts.tokens },
        { provide: VOTES, useValue: parts.votes },
        { provide: CUSTODY, useValue: parts.custody },
        { provide: EVIDENCE, useValue: parts.evidence },
        { provide: QUEUE, useValue: parts.queue },
        { provide: RELEASES, useValue: releases },
        { provide: BREAK_GLASS, useValue: glass },
        { provide: PAGE, useValue: parts.page && new PageSessions(parts.page) },
        { provide: CALLS, useValue: { votes: parts.votes, custody: parts.custody, releases, glass } satisfies Calls },
        { provide: FEED, useFactory: () => new RequestFeed(parts.view, parts.judge) },
        { provide: BATCHES, useValue: parts.batches },
      ],
    };
  }
}
