import { runMain } from '@countersign/service';
import { startTelemetry } from './start-telemetry.js';
import { loadTelemetryConfig } from './telemetry.config.js';

await runMain('telemetry', async () => startTelemetry(loadTelemetryConfig(process.env)));
