import { parseTime } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import type { Command } from 'commander';
import { signIn, type Person } from '../shared/callers.js';
import { refused, wrongUse } from '../shared/command-error.js';
import { readLocalSystem, reviewerOf } from '../shared/local-system.js';
import { list, show } from '../shared/output.js';
import { run } from '../shared/run.js';
import { PACKET_DIGEST, packetFor, refuseUnseen } from '../shared/shown-packet.js';
import { moveHeld, readRequest, type HeldWish } from '../shared/vote.js';

interface Options {
  reviewer: string;
  reason?: string;
  at?: string;
  packetDigest?: string;
  json?: boolean;
}

function describe(answer: JsonObject): string {
  const request = answer['request'] as { request_id: string; held: boolean; release_at: string | null };
  return list([
    ['request', request.request_id],
    ['held', request.held ? 'yes' : 'no'],
    ['release at', request.release_at],
  ]);
}

/** RFC 3339 UTC of a time that a person wrote. */
function instantOf(text: string): string {
  const ms = parseTime(text);
  if (ms === null) throw wrongUse(`--at is no time: ${text}; write it as 2026-06-19T09:00:00Z`);
  return new Date(ms).toISOString();
}

const QUESTIONS = {
  release: 'It is approved and held; from now on, or from the time that you name, it may run.',
  recall: 'It is approved; from now on it cannot run any more.',
} as const;

/** What is approved changes no more, so the packet that was read is the one that goes. */
async function seen(person: Person, requestId: string, wish: HeldWish['wish'], options: Options): Promise<void> {
  const digest = await packetFor(person, requestId, QUESTIONS[wish], options);
  const { packet_digest } = await readRequest(person, requestId);
  if (packet_digest !== digest)
    throw refused('stale_packet: the packet is another one than you named; read it again. Nothing was sent.');
}

async function move(requestId: string, wish: HeldWish['wish'], options: Options): Promise<void> {
  refuseUnseen(options);
  const local = await readLocalSystem();
  const person = await signIn(local, reviewerOf(local, options.reviewer));
  const release_at = options.at === undefined ? {} : { release_at: instantOf(options.at) };
  await seen(person, requestId, wish, options);
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  show(options.json, await moveHeld(person, requestId, { wish, ...release_at, ...reason }), describe);
}

export function register(program: Command): void {
  const command = (wish: HeldWish['wish'], description: string): Command =>
    program
      .command(wish)
      .description(description)
      .argument('<request_id>')
      .requiredOption('--reviewer <subject>', 'who does it')
      .option('--reason <text>', 'why')
      .option(...PACKET_DIGEST)
      .option('--json', 'print the answer as it is')
      .action((id: string, options: Options) => run(options.json, () => move(id, wish, options)));
  command('release', 'let an approved action go that its gate holds').option('--at <time>', 'not now but at this time');
  command('recall', 'take an approved action back that was not redeemed yet');
}
