/** What a person sees while the system starts: one changing line on a terminal, plain lines elsewhere. */
export interface Progress {
  /** Something has happened; on a terminal it replaces the step before. */
  step(line: string): void;
  /** Stays on the screen. */
  say(text: string): void;
  /** Removes the step that is shown. */
  clear(): void;
}

/** @param quiet leaves the steps out, for output that a program reads */
export function createProgress(quiet: boolean, stream: NodeJS.WriteStream = process.stderr): Progress {
  const terminal = stream.isTTY === true;
  const clear = (): void => void (terminal && !quiet && stream.write('\r\u001b[2K'));
  return {
    clear,
    step: (line) => {
      if (quiet) return;
      clear();
      stream.write(terminal ? `… ${line}` : `${line}\n`);
    },
    say: (text) => {
      clear();
      process.stdout.write(`${text}\n`);
    },
  };
}
