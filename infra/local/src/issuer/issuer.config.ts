import { join } from 'node:path';

export interface IssuerConfig {
  readonly host: string;
  readonly port: number;
  /** `iss` of its tokens and base of its routes. */
  readonly issuer: string;
  /** Bases of the pages that may receive an authorization code; approval, who knows everybody on the roster. */
  readonly pageUrls: readonly string[];
  readonly keyFile: string;
  readonly rosterFile: string;
}

type Env = Readonly<Record<string, string | undefined>>;

function required(env: Env, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** @throws Error in production, where anybody could sign in as anybody, or naming a variable that is not set */
export function loadIssuerConfig(env: Env): IssuerConfig {
  if (env['NODE_ENV'] === 'production')
    throw new Error('the development identity provider does not run with NODE_ENV=production');
  const port = Number(required(env, 'PORT'));
  return {
    host: '127.0.0.1',
    port,
    issuer: `http://127.0.0.1:${port}`,
    pageUrls: required(env, 'APPROVAL_URLS').split(','),
    keyFile: join(required(env, 'COUNTERSIGN_SECRETS_DIR'), 'issuer-key.json'),
    rosterFile: required(env, 'COUNTERSIGN_ROSTER'),
  };
}
