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

const BAR_COLUMNS = 24;
/** Where there is no terminal, a line for each tenth is enough. */
const PLAIN_STEP = 0.1;

/** `████░░░░  50 %  100 of 200` */
export function bar(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(done / total, 1);
  const full = Math.floor(part * BAR_COLUMNS);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_COLUMNS - full)} ${percent} %  ${done} of ${total}`;
}

/** Shows how far a long piece of work is. */
export function createBar(progress: Progress, label: string, terminal = process.stderr.isTTY === true) {
  let shown = -1;
  return (done: number, total: number): void => {
    const part = total === 0 ? 1 : done / total;
    if (!terminal && part < 1 && part - shown < PLAIN_STEP) return;
    shown = part;
    progress.step(`${label} ${bar(done, total)}`);
  };
}
