import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

/** What operators see of the sink beside its rows. */
export class SinkMetrics {
  private readonly refusedRecords = new Counter({
    name: 'telemetry_refused_records_total',
    help: 'Records that were not events: unreadable, or not signed by the service that may write them.',
    labelNames: ['topic'],
    registers: [],
  });

  refused(topic: string, count: number): void {
    this.refusedRecords.inc({ topic }, count);
  }

  /** Shows the counters at `/metrics`. */
  register(registry: Registry): void {
    registry.registerMetric(this.refusedRecords);
  }
}
