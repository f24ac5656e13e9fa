import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Readiness } from './readiness.js';

export interface HttpObservation {
  readonly method: string;
  /** The route's pattern (`/v1/actions/:action_id`), never the address: ids would make one series each. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** A registry with the process's own metrics; the default 10 ms event-loop sampling would wake an idle process. */
export function createRegistry(service: string, instanceId: string, readiness: Readiness): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service, instance_id: instanceId });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 500 });
  new Gauge({
    name: 'countersign_ready',
    help: '1 when work may be sent here, else 0, as GET /health/ready says.',
    registers: [registry],
    async collect() {
      this.set((await readiness.failing()).length === 0 ? 1 : 0);
    },
  });
  return registry;
}

/** Adds `http_request_duration_seconds` and returns how to observe a request. */
export function createHttpObserver(registry: Registry): (observation: HttpObservation) => void {
  const histogram = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer, seconds.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers: [registry],
  });
  return ({ method, route, status, seconds }) => histogram.observe({ method, route, status: String(status) }, seconds);
}
