import { userInfo } from 'node:os';
import { DATABASE } from '@countersign/clickhouse';
import type { EngineOptions } from '@countersign/clickhouse';
import type { CompiledActivation } from '@countersign/policy';
import { commaList, httpUrl, loadIssuers, loadRate, loadServiceConfig, required } from '@countersign/service';
import type { Env, OidcIssuer, Rate, ServiceConfig } from '@countersign/service';

export interface PolicyConfig extends ServiceConfig {
  /** Folder of policy files; each `.yaml` in it becomes a version when its content is new. */
  readonly policiesDir: string;
  /** Author of the versions that are published at start. */
  readonly operator: string;
  /** True: a changed file of the folder is active at once, on the operator's authority. Default: it waits as a draft. */
  readonly followFolder: boolean;
  /** The tenant whose authors and risk owners change the policies of every tenant; null: only the folder does. */
  readonly sharedPoliciesTenant: string | null;
  /** What the first version of a policy needs before people may make it active. */
  readonly activationFloor: CompiledActivation;
  /** JSON file of the people and agents that there are, for the reach of quorums; null: not known. */
  readonly rosterFile: string | null;
  /** Public address of approval, as in the tokens of approved changes. */
  readonly tokenIssuer: string;
  readonly approvalUrls: readonly string[];
  readonly issuers: readonly OidcIssuer[];
  /** Of each person. */
  readonly rate: Rate;
  /** Where recorded actions are read from, for backtests and explanations; no decision waits for it. */
  readonly engine: EngineOptions;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return 'operator';
  }
}

function followsFolder(env: Env): boolean {
  const value = env['COUNTERSIGN_POLICY_FOLDER'] || 'draft';
  if (value === 'follow' || value === 'draft') return value === 'follow';
  throw new Error('COUNTERSIGN_POLICY_FOLDER is not one of draft, follow');
}

const REQUIREMENTS = ['cases', 'backtest', 'shadow'] as const;

/** An empty list asks for nothing. */
function activationFloor(env: Env): CompiledActivation {
  const named = (env['COUNTERSIGN_ACTIVATION_FLOOR'] ?? 'cases').split(',').map((one) => one.trim());
  const requires = named.filter((one) => one !== '');
  const known = REQUIREMENTS.filter((one) => requires.includes(one));
  if (known.length === requires.length) return { requires: known, minHistory: 0 };
  throw new Error(`COUNTERSIGN_ACTIVATION_FLOOR is not a comma list of ${REQUIREMENTS.join(', ')}`);
}

/** @throws Error naming the first missing or malformed variable (never its value) */
export const loadPolicyConfig = (env: Env): PolicyConfig => ({
  ...loadServiceConfig(env, 'policy'),
  policiesDir: required(env, 'COUNTERSIGN_POLICIES_DIR'),
  operator: env['COUNTERSIGN_OPERATOR'] || accountName(),
  followFolder: followsFolder(env),
  sharedPoliciesTenant: env['COUNTERSIGN_SHARED_POLICIES_TENANT'] || null,
  activationFloor: activationFloor(env),
  rosterFile: env['COUNTERSIGN_ROSTER'] || null,
  tokenIssuer: httpUrl(env, 'COUNTERSIGN_ISSUER'),
  approvalUrls: commaList(env, 'APPROVAL_URLS'),
  issuers: loadIssuers(env),
  rate: loadRate(env),
  engine: {
    url: httpUrl(env, 'CLICKHOUSE_URL'),
    username: required(env, 'CLICKHOUSE_USER'),
    password: required(env, 'CLICKHOUSE_PASSWORD'),
    database: env['CLICKHOUSE_DATABASE'] || DATABASE,
    application: 'countersign-policy',
  },
});
