import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { Engine } from '@countersign/clickhouse';
import { METRICS } from '@countersign/service';
import type { Registry } from 'prom-client';
import { ActionsHandler } from './actions.handler.js';
import { BacktestController } from './backtest/backtest.controller.js';
import { DecideController } from './decide.controller.js';
import type { Sources } from './decide.controller.js';
import type { DeciderOptions } from './decider.js';
import type { DrawSource } from './draws/draw-source.js';
import { Decider } from './decider.js';
import { NO_EVIDENCE } from './evidence/evidence-log.js';
import { ExplainController } from './explain/explain.controller.js';
import { ChangeSeal } from './lifecycle/change-seal.js';
import type { Lifecycle } from './lifecycle/lifecycle.js';
import { LifecycleController } from './lifecycle/lifecycle.controller.js';
import { decisionCounter } from './metrics.js';
import type { PolicyStore } from './policy-log.js';
import { PoliciesController } from './policies.controller.js';
import { ReachController } from './roster/reach.controller.js';
import type { ReachWatch } from './roster/reach-watch.js';
import { ShadowController } from './shadow/shadow.controller.js';
import {
  CHANGE_SEAL,
  DECIDER,
  ENGINE,
  LIFECYCLE,
  MAC_KEYS,
  PAST,
  POLICIES,
  REACH,
  SOURCES,
  VELOCITY,
} from './tokens.js';
import type { VelocitySource } from './velocity/velocity.js';
import { WindowsHandler } from './velocity/windows.handler.js';

export interface PolicyParts extends Omit<DeciderOptions, 'onDecided' | 'policies' | 'seal'> {
  readonly policies: PolicyStore;
  /** Where recorded actions are read from. */
  readonly engine: Engine;
  readonly velocity: VelocitySource;
  readonly lifecycle: Lifecycle;
  readonly draws: DrawSource;
  /** Which gates people can open; null: nobody asks. */
  readonly reach: ReachWatch | null;
}

@Module({})
export class PolicyModule {
  static of({ engine, lifecycle, reach, ...parts }: PolicyParts): DynamicModule {
    const seal = new ChangeSeal(parts.macKeys);
    const sources: Sources = { denials: parts.denials, evidence: parts.evidence ?? NO_EVIDENCE };
    const makeDecider = (registry: Registry): Decider => {
      reach?.observe(registry);
      return new Decider({ ...parts, seal, onDecided: decisionCounter(registry) });
    };
    return {
      module: PolicyModule,
      controllers: [
        ActionsHandler,
        ReachController,
        PoliciesController,
        LifecycleController,
        BacktestController,
        ShadowController,
        ExplainController,
        DecideController,
        WindowsHandler,
      ],
      providers: [
        { provide: POLICIES, useValue: parts.policies },
        { provide: ENGINE, useValue: engine },
        { provide: REACH, useValue: reach },
        { provide: PAST, useValue: { engine, draws: parts.draws, seal } },
        { provide: CHANGE_SEAL, useValue: seal },
        { provide: LIFECYCLE, useValue: lifecycle },
        { provide: SOURCES, useValue: sources },
        { provide: MAC_KEYS, useValue: parts.macKeys },
        { provide: VELOCITY, useValue: parts.velocity },
        { provide: DECIDER, useFactory: makeDecider, inject: [METRICS] },
      ],
    };
  }
}
