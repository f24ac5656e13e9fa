import { userInfo } from 'node:os';
import { loadIssuers, loadServiceConfig, required } from '@countersign/service';
import type { Env, OidcIssuer, ServiceConfig } from '@countersign/service';

export interface PolicyConfig extends ServiceConfig {
  /** Folder of policy files; each `.yaml` in it becomes a version when its content is new. */
  readonly policiesDir: string;
  /** Author of the versions that are published at start. */
  readonly operator: string;
  /** True: a changed file of the folder is active at once, on the operator's authority. Default: it waits as a draft. */
  readonly followFolder: boolean;
  readonly issuers: readonly OidcIssuer[];
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

/** @throws Error naming the first missing or malformed variable (never its value) */
export const loadPolicyConfig = (env: Env): PolicyConfig => ({
  ...loadServiceConfig(env, 'policy'),
  policiesDir: required(env, 'COUNTERSIGN_POLICIES_DIR'),
  operator: env['COUNTERSIGN_OPERATOR'] || accountName(),
  followFolder: followsFolder(env),
  issuers: loadIssuers(env),
});
