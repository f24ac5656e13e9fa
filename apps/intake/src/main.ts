import { checkRegistry } from '@countersign/kafka';
import { runMain } from '@countersign/service';
import { loadIntakeConfig } from './intake.config.js';
import { startIntake } from './start-intake.js';

await runMain('intake', { load: () => loadIntakeConfig(process.env), check: checkRegistry, start: startIntake });
