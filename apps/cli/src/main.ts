import { Command, CommanderError } from 'commander';
import { register as attach } from './commands/attach.js';
import { register as audit } from './commands/audit.js';
import { register as custody } from './commands/custody.js';
import { register as deadLetters } from './commands/dead-letters.js';
import { register as down } from './commands/down.js';
import { register as emergency } from './commands/emergency.js';
import { register as gate } from './commands/gate.js';
import { register as githubGate } from './commands/github-gate.js';
import { register as keys } from './commands/keys.js';
import { register as metrics } from './commands/metrics.js';
import { register as notifications } from './commands/notifications.js';
import { register as outcome } from './commands/outcome.js';
import { register as policy } from './commands/policy.js';
import { register as release } from './commands/release.js';
import { register as replay } from './commands/replay.js';
import { register as requests } from './commands/requests.js';
import { register as reviewers } from './commands/reviewers.js';
import { register as status } from './commands/status.js';
import { register as submit } from './commands/submit.js';
import { register as token } from './commands/token.js';
import { register as up } from './commands/up.js';
import { register as vote } from './commands/vote.js';
import { EXIT } from './shared/command-error.js';

const commands = [
  up,
  down,
  status,
  token,
  submit,
  replay,
  requests,
  vote,
  release,
  custody,
  emergency,
  attach,
  audit,
  metrics,
  keys,
  policy,
  notifications,
  reviewers,
  gate,
  githubGate,
  outcome,
  deadLetters,
];

/** Runs one command; its exit code is left in `process.exitCode`. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('countersign').exitOverride();
  for (const register of commands) register(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.wrongUse;
  }
}
