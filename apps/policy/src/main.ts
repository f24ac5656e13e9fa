import { checkRegistry } from '@countersign/kafka';
import { runMain } from '@countersign/service';
import { loadPolicyConfig } from './policy.config.js';
import { startPolicy } from './start-policy.js';

await runMain('policy', { load: () => loadPolicyConfig(process.env), check: checkRegistry, start: startPolicy });
