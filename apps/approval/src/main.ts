import { loadApprovalConfig } from './approval.config.js';
import { startApproval } from './start-approval.js';

await startApproval(loadApprovalConfig(process.env));
