import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { KeyAuth } from '@countersign/service';
import { ActionsController } from './actions.controller.js';
import { AttachmentsController } from './attachments.controller.js';
import type { ApprovalClient } from './approval-client.js';
import type { LabelSources } from './find-labelled.js';
import { EventsController } from './events.controller.js';
import { LabelsController } from './labels.controller.js';
import type { Labels } from './labels.js';
import { ProposeController } from './propose.controller.js';
import type { Proposals } from './proposals.js';
import { SubmissionsHandler } from './submissions.handler.js';
import { APPROVAL, KEYS, LABEL_SOURCES, LABELS, PROPOSALS } from './tokens.js';

export interface IntakeParts {
  readonly proposals: Proposals;
  readonly approval: ApprovalClient;
  readonly labels: Labels;
  readonly labelSources: LabelSources;
  readonly keys: KeyAuth;
}

@Module({})
export class IntakeModule {
  static of(parts: IntakeParts): DynamicModule {
    return {
      module: IntakeModule,
      controllers: [
        ProposeController,
        ActionsController,
        EventsController,
        AttachmentsController,
        LabelsController,
        SubmissionsHandler,
      ],
      providers: [
        { provide: PROPOSALS, useValue: parts.proposals },
        { provide: APPROVAL, useValue: parts.approval },
        { provide: LABELS, useValue: parts.labels },
        { provide: LABEL_SOURCES, useValue: parts.labelSources },
        { provide: KEYS, useValue: parts.keys },
      ],
    };
  }
}
