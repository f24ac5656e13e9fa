import { runMain } from '@countersign/service';
import { loadApprovalConfig } from './approval.config.js';
import { startApproval } from './start-approval.js';

await runMain('approval', async () => startApproval(loadApprovalConfig(process.env)));
