/** Every problem code of the API and its HTTP status and title (RFC 9457). */
export const PROBLEMS = {
  malformed: [400, 'The request cannot be read'],
  unauthenticated: [401, 'Credentials are missing or not valid'],
  forbidden: [403, 'Not allowed'],
  agent_mismatch: [403, 'The key belongs to another agent'],
  environment_not_allowed: [403, 'The key may not use this environment'],
  approval_required: [403, 'An approved change of policy is required'],
  not_eligible: [403, 'This person may not vote on this request'],
  break_glass_not_allowed: [403, 'Nobody may break the glass here'],
  invalid_token: [403, 'The approval token is not valid'],
  wrong_audience: [403, 'The approval token is meant for another audience'],
  wrong_environment: [403, 'The approval token is meant for another environment'],
  unknown_grant: [403, 'No such grant'],
  action_digest_mismatch: [403, 'The action is not the one that was approved'],
  revoked: [403, 'The grant was revoked'],
  expired: [403, 'The token or its grant has expired'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'The method is not allowed here'],
  request_timeout: [408, 'The request took too long to arrive'],
  too_many: [409, 'There are as many of these as there may be'],
  duplicate_request: [409, 'The same key was used for another body'],
  already_terminal: [409, 'The request has ended'],
  already_voted: [409, 'This person has voted'],
  stale_packet: [409, 'The packet has changed since it was shown'],
  unseen: [409, 'The packet was not shown to this person'],
  batch_outlier: [409, 'The request is unlike the others'],
  already_consumed: [409, 'The grant has been consumed'],
  frozen: [409, 'Frozen by a kill switch'],
  not_held: [409, 'The action is not held for release'],
  already_claimed: [409, 'Somebody else is looking at the request'],
  not_claimed: [409, 'The request is not claimed by this person'],
  already_assigned: [409, 'The request is assigned'],
  already_escalated: [409, 'The request is escalated'],
  no_escalation: [409, 'The gate escalates to nobody'],
  custody_full: [409, 'The request takes no more comments and changes of hands'],
  already_attached: [409, 'The same evidence is attached'],
  evidence_full: [409, 'The request takes no more evidence'],
  precondition_changed: [409, 'The world has changed since the approval'],
  change_refused: [409, 'The change of policy is refused'],
  too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The media type is not supported'],
  invalid_action: [422, 'The action is not valid'],
  invalid_request: [422, 'The request is not valid'],
  too_deep: [422, 'The JSON is nested too deeply'],
  diff_contradicts_parameters: [422, 'The stated result contradicts the parameters'],
  diff_required: [422, 'The action needs a diff'],
  vote_not_offered: [422, 'The request does not take this vote'],
  not_a_batch: [422, 'The request is no part of the batch'],
  release_too_late: [422, 'The release is too late'],
  reason_required: [422, 'A reason is required'],
  evidence_required: [422, 'Evidence is missing'],
  too_fast: [422, 'The approval came before the packet can have been read'],
  parameters_required: [422, 'Changed parameters are required'],
  edit_denied_by_policy: [422, 'Policy denies the changed action'],
  invalid_policy: [422, 'The policy is not valid'],
  rate_limited: [429, 'Too many requests'],
  headers_too_large: [431, 'The headers are too large'],
  internal: [500, 'Something went wrong here'],
  overloaded: [503, 'A part that is needed is not available'],
  unknown_outcome: [503, 'It is not known whether the request took effect'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Facts beside the message, copied into the problem document. */
export interface ProblemDetails {
  /** RFC 6901 pointer to the member at fault. */
  readonly pointer?: string;
  /** Seconds after which a retry helps, 1 or more. */
  readonly retry_after?: number;
  readonly reason?: string;
  readonly rule?: string;
  readonly [member: string]: unknown;
}

/** An RFC 9457 problem document. */
export interface Problem extends ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** The only error that crosses a library boundary. Branch on `code` or `retriable`, never on `message`. */
export class CountersignError extends Error {
  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly details: ProblemDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CountersignError';
  }

  /** True when the same request, sent again with the same key, may succeed. */
  get retriable(): boolean {
    return this.code === 'overloaded' || this.code === 'unknown_outcome' || this.code === 'rate_limited';
  }
}

/** The problem document that a caller sees. */
export function problemOf(error: CountersignError): Problem {
  const [status, title] = PROBLEMS[error.code];
  return { type: `urn:countersign:problem:${error.code}`, title, status, detail: error.message, ...error.details };
}
