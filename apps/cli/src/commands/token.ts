import type { Command } from 'commander';
import { personToken } from '../shared/callers.js';
import { readLocalSystem, reviewerOf } from '../shared/local-system.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Flags {
  reviewer: string;
  json?: boolean;
}

async function token(flags: Flags): Promise<void> {
  const local = await readLocalSystem();
  const person = reviewerOf(local, flags.reviewer);
  const bearer = await personToken(local, person);
  show(flags.json, { subject: person.subject, token: bearer }, () => bearer);
}

export function register(program: Command): void {
  program
    .command('token')
    .description('print a bearer token of a person on the roster')
    .requiredOption('--reviewer <subject>', 'whose token')
    .option('--json', 'print it as JSON')
    .action((flags: Flags) => run(flags.json, () => token(flags)));
}
