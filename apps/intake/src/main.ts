import { runMain } from '@countersign/service';
import { loadIntakeConfig } from './intake.config.js';
import { startIntake } from './start-intake.js';

await runMain('intake', async () => startIntake(loadIntakeConfig(process.env)));
