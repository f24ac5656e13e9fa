import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { METRICS } from '@countersign/service';
import type { ReviewerAuth } from '@countersign/service';
import type { Registry } from 'prom-client';
import { ActionsHandler } from './actions.handler.js';
import { DecideController } from './decide.controller.js';
import type { DeciderOptions } from './decider.js';
import { Decider } from './decider.js';
import { NO_EVIDENCE } from './evidence/evidence-log.js';
import { decisionCounter } from './metrics.js';
import { PoliciesController } from './policies.controller.js';
import { DECIDER, EVIDENCE, MAC_KEYS, POLICIES, REVIEWERS, VELOCITY } from './tokens.js';
import type { VelocitySource } from './velocity/velocity.js';
import { WindowsHandler } from './velocity/windows.handler.js';

export interface PolicyParts extends Omit<DeciderOptions, 'onDecided'> {
  readonly velocity: VelocitySource;
  readonly reviewers: ReviewerAuth;
}

@Module({})
export class PolicyModule {
  static of({ reviewers, ...parts }: PolicyParts): DynamicModule {
    const makeDecider = (registry: Registry): Decider =>
      new Decider({ ...parts, onDecided: decisionCounter(registry) });
    return {
      module: PolicyModule,
      controllers: [ActionsHandler, PoliciesController, DecideController, WindowsHandler],
      providers: [
        { provide: POLICIES, useValue: parts.policies },
        { provide: MAC_KEYS, useValue: parts.macKeys },
        { provide: EVIDENCE, useValue: parts.evidence ?? NO_EVIDENCE },
        { provide: VELOCITY, useValue: parts.velocity },
        { provide: REVIEWERS, useValue: reviewers },
        { provide: DECIDER, useFactory: makeDecider, inject: [METRICS] },
      ],
    };
  }
}
