export { apply } from './apply.js';
export { assignmentRecord, planAssignments } from './assign.js';
export type { Assignment } from './assign.js';
export { differencesOf, formBatches } from './batch/batch.js';
export type { Batch, BatchMember, BatchOutlier, Differences, Waiting } from './batch/batch.js';
export { hiddenAt } from './batch/hidden-characters.js';
export type { Outlier, OutlierReason } from './batch/outliers.js';
export { nextDeadline } from './deadlines.js';
export {
  actionDocument,
  decidingDocument,
  effectiveDocument,
  holdDocument,
  instant,
  requestDocument,
  statusOf,
} from './document.js';
export type { ActionStatus, MintedToken } from './document.js';
export { BLIND_HANDS, blindPacket, blinded, isBlind } from './blind.js';
export { commentsOf, custodyDocument, handsDocument } from './custody-document.js';
export { isLeftInPool, isRecused, isSame } from './custody-state.js';
export type { CustodyFact, CustodyWord, Holder } from './custody-state.js';
export { BREAK_GLASS_ROLE, ineligible, keptFromGlass, votingRoles } from './eligibility.js';
export type { IneligibleRule, Voter } from './eligibility.js';
export { attachedSince, attachmentDocument, evidenceDigest, evidenceMissing, packetWith } from './evidence.js';
export type { AttachedAs, Attachment } from './evidence-state.js';
export { attachesAs, foreseeEvidence } from './fold-evidence.js';
export { foreseeOutcome } from './fold-outcome.js';
export type {
  Answer,
  Facts,
  LogEvent,
  LogName,
  LogRecord,
  PublicEvent,
  PublicName,
  Refusal,
  RefusalCode,
  Rejection,
} from './facts.js';
export { requestOf } from './facts.js';
export { isFrozen } from './freeze.js';
export { GLASS_REASON_MIN, glassOf } from './fold-break-glass.js';
export { isBacked } from './grant.js';
export { diffDigest } from './diff.js';
export { approvalsOf, denialsGiven, gateOf, isOutOfTurn, quorumHolds, stagesOf } from './gate.js';
export { buildPacket, decisionOfKind, decisionOfReview, digestOfPacket, packetDigest } from './packet.js';
export type { Packet, PacketDecision, PacketEdit } from './packet.js';
export { approvalsBy } from './quorum.js';
export type { Approvals, Approver, FilledStage } from './quorum.js';
export { hasVoted } from './voted.js';
export { missingFor, votesFor } from './vote-content.js';
export { recordedPatch } from './patch.js';
export { linksTo } from './links.js';
export type { LinksTo } from './links.js';
export { proposalOf } from './proposal.js';
export { readJson } from './read-json.js';
export type { Json } from './read-json.js';
export {
  createState,
  currentVersion,
  glassBroken,
  HORIZON_MS,
  HOUR_MS,
  LONGEST_HORIZON_MS,
  personKey,
} from './state.js';
export type {
  ActionState,
  Counters,
  Decider,
  FreezeState,
  GrantState,
  HoldState,
  OutcomeState,
  PartitionState,
  RequestKind,
  RequestState,
  RequestStatus,
  SeenRow,
  Resolution,
  StateOptions,
  VersionState,
  VoteState,
} from './state.js';
