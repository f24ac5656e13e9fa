import type { JsonValue } from '@countersign/canonical';
import { confirms, hasTerminal } from './ask.js';
import type { Person } from './callers.js';
import { refused, wrongUse } from './command-error.js';
import { packetInWords } from './packet-in-words.js';
import { readRequest } from './vote.js';

const NOT_SHOWN =
  'What a person decides they have been shown: run this on a terminal, or read the packet first (`countersign requests ID`) and say which one it was with --packet-digest.';

/** What a command that decides takes: the packet that was read before. */
export const PACKET_DIGEST = ['--packet-digest <digest>', 'the packet that you have read, from `requests ID`'] as const;

export interface Named {
  readonly packetDigest?: string;
}

/** @throws CommandError (exit code 2) where nobody was shown anything and nobody can be */
export function refuseUnseen({ packetDigest }: Named): void {
  if (packetDigest === undefined && !hasTerminal()) throw wrongUse(NOT_SHOWN);
}

/**
 * Shows what is decided on and asks.
 * @throws CommandError (exit code 1) when the answer is not yes
 */
export async function mustConfirm(words: string, question: string): Promise<void> {
  if (!(await confirms(words, question))) throw refused('Nothing was sent.');
}

/**
 * The packet that this person decides on: the one that they name, or the one that they are shown here and confirm.
 * @param question what is decided, in one sentence
 */
export async function packetFor(person: Person, requestId: string, question: string, named: Named): Promise<string> {
  refuseUnseen(named);
  if (named.packetDigest !== undefined) return named.packetDigest;
  const { packet, packet_digest } = await readRequest(person, requestId);
  await mustConfirm(packetInWords(packet as { [member: string]: JsonValue }, packet_digest), question);
  return packet_digest;
}
