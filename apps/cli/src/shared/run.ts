import { printable } from '@countersign/canonical';
import { SdkError } from '@countersign/sdk';
import { CommandError, EXIT } from './command-error.js';

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode;
  if (!(error instanceof SdkError)) throw error;
  // `overloaded` after a minute of retries is a system that cannot be reached for this purpose.
  return error.code === 'unreachable' || error.code === 'overloaded' ? EXIT.unreachable : EXIT.refused;
}

function describe(error: Error): string {
  if (!(error instanceof SdkError)) return error.message;
  const { pointer, reason, rule } = error.problem ?? {};
  const more = reason === error.code ? null : reason;
  const where = [pointer === undefined ? null : `at ${pointer}`, more, rule].filter(Boolean).join(', ');
  return `${error.code}: ${error.message}${where === '' ? '' : ` (${where})`}`;
}

/** Runs a command's body; an expected fault becomes one line on stderr (or its document) and an exit code. */
export async function run(json: boolean | undefined, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    const fault = error as Error;
    const problem = error instanceof SdkError ? (error.problem ?? { code: error.code }) : {};
    const text = json === true ? JSON.stringify({ error: fault.message, ...problem }) : describe(fault);
    process.stderr.write(`${printable(text)}\n`);
  }
}
