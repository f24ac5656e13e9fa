import { startTelemetry } from './start-telemetry.js';
import { loadTelemetryConfig } from './telemetry.config.js';

await startTelemetry(loadTelemetryConfig(process.env));
