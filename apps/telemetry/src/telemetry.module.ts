import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnModuleInit } from '@nestjs/common';
import type { Engine } from '@countersign/clickhouse';
import type { Sink } from '@countersign/kafka';
import { METRICS } from '@countersign/service';
import type { Registry } from 'prom-client';
import { AuditController } from './audit.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { MetricsController } from './metrics.controller.js';
import { RegistryController } from './registry.controller.js';
import { RegistryWritesController } from './registry-writes.controller.js';
import { observeEffects } from './effect-metrics.js';
import type { Replays } from './replays.js';
import type { SinkMetrics } from './sink-metrics.js';
import { ENGINE, REPLAYS, SINK, SINK_METRICS } from './tokens.js';

export interface TelemetryParts {
  readonly engine: Engine;
  readonly counts: SinkMetrics;
  readonly sink: Pick<Sink, 'lag'>;
  readonly replays: Replays;
}

@Module({})
export class TelemetryModule implements OnModuleInit {
  constructor(
    @Inject(SINK_METRICS) private readonly counts: SinkMetrics,
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SINK) private readonly sink: Pick<Sink, 'lag'>,
    @Inject(METRICS) private readonly registry: Registry,
  ) {}

  static of({ engine, counts, sink, replays }: TelemetryParts): DynamicModule {
    return {
      module: TelemetryModule,
      controllers: [
        AuditController,
        MetricsController,
        RegistryController,
        RegistryWritesController,
        DeadLettersController,
      ],
      providers: [
        { provide: ENGINE, useValue: engine },
        { provide: REPLAYS, useValue: replays },
        { provide: SINK_METRICS, useValue: counts },
        { provide: SINK, useValue: sink },
      ],
    };
  }

  onModuleInit(): void {
    this.counts.register(this.registry);
    observeEffects(this.registry, this.engine, this.sink);
  }
}
