/** Exit codes of the command line: 0 fine, 1 refused or failed check, 2 wrong use, 3 system not reachable. */
export const EXIT = { refused: 1, wrongUse: 2, unreachable: 3 } as const;

export type FailureCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that ends with a message of one line and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly exitCode: FailureCode,
    message: string,
  ) {
    super(message);
  }
}

export const wrongUse = (message: string): CommandError => new CommandError(EXIT.wrongUse, message);
export const refused = (message: string): CommandError => new CommandError(EXIT.refused, message);
export const unreachable = (message: string): CommandError => new CommandError(EXIT.unreachable, message);
