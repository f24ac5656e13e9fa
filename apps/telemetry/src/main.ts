import { checkRegistry } from '@countersign/kafka';
import { runMain } from '@countersign/service';
import { loadTelemetryConfig } from './telemetry.config.js';
import { startTelemetry } from './start-telemetry.js';

await runMain('telemetry', {
  load: () => loadTelemetryConfig(process.env),
  check: checkRegistry,
  start: startTelemetry,
});
