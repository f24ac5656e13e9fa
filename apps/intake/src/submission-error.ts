/** Why a record of `submissions` cannot be taken; `reason` is the stable code of its dead letter. */
export class SubmissionError extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
    this.name = 'SubmissionError';
  }
}
