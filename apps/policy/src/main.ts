import { runMain } from '@countersign/service';
import { loadPolicyConfig } from './policy.config.js';
import { startPolicy } from './start-policy.js';

await runMain('policy', async () => startPolicy(loadPolicyConfig(process.env)));
