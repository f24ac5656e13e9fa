import { readFileSync } from 'node:fs';
import { wrongUse } from '../shared/command-error.js';

/** How to listen to GitHub and answer it. */
export interface GithubApp {
  /** Base of its REST API; nothing is ever sent anywhere else. */
  apiUrl: string;
  appId: string;
  /** PEM, PKCS#8. Never logged. */
  privateKey: string;
  /** Never logged. */
  webhookSecret: string;
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw wrongUse(`Set ${name}.`);
  return value;
}

/**
 * `GITHUB_APP_ID`, `GITHUB_APP_PRIVATE_KEY_FILE` (PEM, PKCS#8), `GITHUB_WEBHOOK_SECRET`, and `GITHUB_API_URL` for a server of
 * one's own (default https://api.github.com).
 * @throws CommandError (exit code 2) that names the variable and never its value
 */
export function loadGithubApp(env: NodeJS.ProcessEnv): GithubApp {
  const file = required(env, 'GITHUB_APP_PRIVATE_KEY_FILE');
  let privateKey: string;
  try {
    privateKey = readFileSync(file, 'utf8');
  } catch {
    throw wrongUse('The file of GITHUB_APP_PRIVATE_KEY_FILE cannot be read.');
  }
  const [appId, webhookSecret] = [required(env, 'GITHUB_APP_ID'), required(env, 'GITHUB_WEBHOOK_SECRET')];
  const apiUrl = (env['GITHUB_API_URL'] || 'https://api.github.com').replace(/\/$/, '');
  return { apiUrl, appId, privateKey, webhookSecret };
}
