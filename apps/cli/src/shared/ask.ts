import { createInterface } from 'node:readline/promises';

/** Whether there is somebody to show things to and to ask. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Prints a text and a question on the terminal; true only for `yes`. */
export async function confirms(text: string, question: string): Promise<boolean> {
  process.stderr.write(`${text}\n\n`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`${question} Type yes: `)).trim().toLowerCase() === 'yes';
  } finally {
    lines.close();
  }
}
