export { loadApprovalConfig } from './approval.config.js';
export type { ApprovalConfig } from './approval.config.js';
export { startApproval } from './start-approval.js';
