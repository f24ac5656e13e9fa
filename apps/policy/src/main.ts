import { loadPolicyConfig } from './policy.config.js';
import { startPolicy } from './start-policy.js';

await startPolicy(loadPolicyConfig(process.env));
