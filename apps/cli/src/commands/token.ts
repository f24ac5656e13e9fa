import { fetchReviewerToken } from '@countersign/local';
import type { Command } from 'commander';
import { unreachable } from '../shared/command-error.js';
import { readLocalSystem, reviewerOf } from '../shared/local-system.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Flags {
  reviewer: string;
  json?: boolean;
}

async function token(flags: Flags): Promise<void> {
  const local = await readLocalSystem();
  const { subject } = reviewerOf(local, flags.reviewer);
  const bearer = await fetchReviewerToken(local.issuer_url, subject).catch(() => {
    throw unreachable(`The identity provider does not answer at ${local.issuer_url}. Start the system with: npm start`);
  });
  show(flags.json, { subject, token: bearer }, () => bearer);
}

export function register(program: Command): void {
  program
    .command('token')
    .description('print a bearer token of a person in the local roster')
    .requiredOption('--reviewer <subject>', 'whose token')
    .option('--json', 'print it as JSON')
    .action((flags: Flags) => run(flags.json, () => token(flags)));
}
