import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

/** What operators see of the sink beside its rows. */
export class SinkMetrics {
  private readonly refusedRecords = new Counter({
    name: 'countersign_telemetry_refused_records_total',
    help: 'Records that were not events: unreadable, or not signed by the service that may write them.',
    labelNames: ['topic'],
    registers: [],
  });

  private readonly letters = new Counter({
    name: 'countersign_dead_letters_total',
    help: 'Dead letters written to the database, by the topic of their record and the reason.',
    labelNames: ['source_topic', 'reason'],
    registers: [],
  });

  refused(topic: string, count: number): void {
    this.refusedRecords.inc({ topic }, count);
  }

  lettered(source_topic: string, reason: string): void {
    this.letters.inc({ source_topic, reason });
  }

  /** Shows the counters at `/metrics`. */
  register(registry: Registry): void {
    registry.registerMetric(this.refusedRecords);
    registry.registerMetric(this.letters);
  }
}
