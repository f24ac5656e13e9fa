import type { Command } from 'commander';
import { registerCheck } from './policy-check.js';
import { registerTest } from './policy-test.js';

const subcommands = [registerCheck, registerTest];

export function register(program: Command): void {
  const policy = program.command('policy').description('policies: check, test, compare, publish');
  for (const registerOne of subcommands) registerOne(policy);
}
