import { checkRegistry } from '@countersign/kafka';
import { runMain } from '@countersign/service';
import { loadApprovalConfig } from './approval.config.js';
import { startApproval } from './start-approval.js';

await runMain('approval', { load: () => loadApprovalConfig(process.env), check: checkRegistry, start: startApproval });
