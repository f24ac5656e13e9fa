/** Something that the person at the keyboard can put right; the message is one line: what is wrong and the remedy. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
