import type { Command } from 'commander';
import { registerActivate } from './policy-activate.js';
import { registerBacktest } from './policy-backtest.js';
import { registerCheck } from './policy-check.js';
import { registerDiff } from './policy-diff.js';
import { registerExplain } from './policy-explain.js';
import { registerPublish } from './policy-publish.js';
import { registerShadowReport } from './policy-shadow-report.js';
import { registerTest } from './policy-test.js';

const subcommands = [
  registerCheck,
  registerTest,
  registerBacktest,
  registerShadowReport,
  registerExplain,
  registerDiff,
  registerPublish,
  registerActivate,
];

export function register(program: Command): void {
  const policy = program.command('policy').description('policies: check, test, compare, publish');
  for (const registerOne of subcommands) registerOne(policy);
}
