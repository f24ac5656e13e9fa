import { CountersignError } from '@countersign/canonical';
import type { ProblemDetails } from '@countersign/canonical';
import type { Answer, RefusalCode } from '@countersign/approval';

const DETAIL: Readonly<Record<RefusalCode, string>> = {
  internal: 'this is a fault of ours: nothing was changed; tell the operators',
  not_found: 'you have no such thing, or it was forgotten; older actions are in the audit',
  forbidden: 'this needs role `admin`, or an approver of the grant',
  duplicate_request: 'this id was used for another body; take a new id for a new request',
  not_eligible: 'somebody else has to vote on this request',
  break_glass_not_allowed:
    'policy lets nobody do this here; gather the votes, or have `break_glass` set in the gate for the next time',
  already_voted: 'you have voted on this version; a vote cannot be changed',
  already_terminal: 'it has ended and stays as it is; what is new needs a new idempotency key',
  stale_packet: 'read the request again and vote on what it shows now',
  unseen:
    'an approval in a batch is of what you were shown: open the request or its batch, then approve with a new idempotency key',
  not_a_batch:
    'name the `batch` that you read, with no more approvals of it than its gate allows, or open the request by itself',
  batch_outlier: 'it is unlike the others of its batch (see `rule`): open it by itself, then vote on it',
  frozen: 'a kill switch holds this action; try again after it is lifted',
  vote_not_offered:
    'an audit is answered harmful, harmless or unsure; every other request approve, deny or approve_with_changes',
  reason_required: 'this needs a reason, and of a certain length',
  too_fast: 'open the packet, read it, and approve after `retry_after` seconds with a new idempotency key',
  parameters_required: 'approve_with_changes needs the whole new parameters',
  too_many:
    'this was done as often as one action takes it, and what was done stays; approve or deny the action as it is',
  edit_denied_by_policy: 'policy denies the action with these parameters; choose others or deny it',
  unknown_grant: 'there is no such grant, or it was forgotten',
  action_digest_mismatch: 'what is about to run is not what was approved; propose it as an action of its own',
  revoked: 'the grant was taken back; it releases nothing',
  already_consumed: 'the grant has been used; propose the action again if it must run twice',
  expired: 'read the action again for a new token; when its grant has lapsed, propose it again',
  precondition_changed: 'the world is not as it was at approval; propose the action again',
  not_held: 'the action does not wait for a release',
  already_claimed: 'somebody else is looking at it; who votes need not claim it first',
  not_claimed: 'you have no claim on it that could be given back',
  already_assigned: 'it is assigned to that person, or to somebody else who can hand it on',
  already_escalated: 'it is escalated already',
  no_escalation: 'the gate names nobody to escalate to: hand it on, or have its policy name roles in `sla.escalate_to`',
  custody_full: 'it has taken as many comments and changes of hands as it can; vote, escalate it or step aside',
  evidence_required:
    'attach what `missing` names (POST /v1/requests/{request_id}/attachments or `countersign attach`), read it, and vote',
  evidence_full: 'it has as many attachments, or as many bytes of them, as it takes; the agent may add half of them',
  already_attached: 'this content is attached to the request as this kind already',
  release_too_late: 'choose an earlier time: the action is forgotten before its grant could be used',
};

/** Passes on an answer that is not a refusal. @throws CountersignError with the refusal's code */
export function accepted(answer: Answer, facts: ProblemDetails = {}): Answer {
  if (answer.code === 'ok') return answer;
  const rule = answer.rule === null ? {} : { rule: answer.rule };
  const wait = answer.retry_after_s === undefined ? {} : { retry_after: answer.retry_after_s };
  throw new CountersignError(answer.code, DETAIL[answer.code], { ...rule, ...wait, ...facts, reason: answer.code });
}
