import type { JsonObject } from './types.js';

/**
 * Faults that arise on this side of the wire; every other code is the `code` of the server's problem document.
 * `unreachable`: no answer within the retry bound. `bad_answer`: the answer was not strict JSON of the expected shape.
 * `unreportable_result`: the effect has run, and its result is not what can be reported.
 */
export type LocalCode =
  | 'unreachable'
  | 'bad_answer'
  | 'wrong_use'
  | 'invalid_callback'
  | 'not_approved'
  | 'unreportable_result'
  | 'changed_by_reviewer'
  | 'action_digest_mismatch'
  | 'invalid_token'
  | 'wrong_audience'
  | 'wrong_environment'
  | 'expired';

/** An RFC 9457 problem document as the services send it. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail?: string;
  pointer?: string;
  reason?: string;
  rule?: string;
  /** Seconds. */
  retry_after?: number;
}

export interface SdkErrorOptions {
  problem?: ProblemDocument | null;
  details?: JsonObject;
  cause?: unknown;
}

/** The only error that this library throws. Branch on `code`, never on `message`. */
export class SdkError extends Error {
  override readonly name = 'SdkError';
  /** The server's problem document, or null when the fault is on this side. */
  readonly problem: ProblemDocument | null;
  readonly details: JsonObject;

  constructor(
    readonly code: string,
    message: string,
    options: SdkErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.problem = options.problem ?? null;
    this.details = options.details ?? {};
  }

  /** HTTP status of the answer, or null when there was none. */
  get status(): number | null {
    return this.problem?.status ?? null;
  }
}

const PREFIX = 'urn:countersign:problem:';

/** The error for a refused request; an answer that is no problem document becomes `bad_answer`. */
export function errorOf(status: number, body: unknown): SdkError {
  const problem = body as Partial<ProblemDocument> | null;
  if (typeof problem !== 'object' || problem === null || !problem.type?.startsWith(PREFIX)) {
    return new SdkError('bad_answer', `The server answered ${status} without a problem document.`, {
      problem: { type: 'about:blank', title: 'Unexpected answer', status },
    });
  }
  const whole: ProblemDocument = { ...problem, type: problem.type, title: problem.title ?? '', status };
  const code = whole.type.slice(PREFIX.length);
  return new SdkError(code, whole.detail ?? whole.title, { problem: whole });
}
