export { attach } from './attach.js';
export type { AttachedEvidence, EvidenceFile } from './attach.js';
export { attest } from './attest.js';
export type { AttestingProvider, AttestOptions } from './attest.js';
export { digestOfAction, factsOf } from './action-facts.js';
export { callbackHint, verifyCallback } from './callback.js';
export type { CallbackHeaders, CallbackHint } from './callback.js';
export type { Guarded, ReleaseOptions } from './carry-out.js';
export { createClient } from './client.js';
export type { Client, ClientOptions } from './client.js';
export { createEndpoint } from './endpoint.js';
export type { Answer, Endpoint, EndpointOptions, Send } from './endpoint.js';
export { errorOf, SdkError } from './errors.js';
export type { LocalCode, ProblemDocument } from './errors.js';
export { guard } from './guard.js';
export type { GuardOptions } from './guard.js';
export { handleOf, readHandle, resume } from './handle.js';
export type { Handle, HandleDetails } from './handle.js';
export { RESUME_TOOL } from './mcp/answers.js';
export type { GateAnswer } from './mcp/answers.js';
export { KEY_MEMBER } from './mcp/call-key.js';
export { createToolGate } from './mcp/tool-gate.js';
export type { ToolGate, ToolHandler } from './mcp/tool-gate.js';
export type { GatedTool, ToolArguments, ToolExtra, ToolGateOptions, ToolResult } from './mcp/tool.js';
export { propose } from './propose.js';
export type { Proposed } from './propose.js';
export { redeem } from './redeem.js';
export type { RedeemRequest } from './redeem.js';
export type { Effect, ReportError } from './report-effect.js';
export { cancel, reportOutcome } from './report-outcome.js';
export { DEFAULT_AUDIENCE, readKeys, verifyToken } from './verify-token.js';
export type { ApprovalClaims, VerifyOptions } from './verify-token.js';
export { readAction, waitForDecision } from './wait-for-decision.js';
export type { WaitFor, WaitOptions } from './wait-for-decision.js';
export type {
  ActionDocument,
  ActionFacts,
  ActionStatus,
  ApprovalRequest,
  Attachment,
  Decision,
  Environment,
  Grant,
  JsonObject,
  OutcomeReport,
  PostCheck,
  Proposal,
  Redemption,
  Resolution,
} from './types.js';
