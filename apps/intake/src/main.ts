import { loadIntakeConfig } from './intake.config.js';
import { startIntake } from './start-intake.js';

await startIntake(loadIntakeConfig(process.env));
