import { RETRY_FOR_MS, signIn, type Person } from './callers.js';
import { wrongUse } from './command-error.js';
import { reviewerOf, type LocalSystem } from './local-system.js';

const AUTHORS = ['policy-author', 'risk-owner'];

export interface AuthorOptions {
  readonly reviewer?: string;
  readonly tenant: string;
}

/**
 * Signs in whoever writes policies: the named person, or the first one of the tenant with such a role. An author before a
 * risk owner, because nobody approves what they wrote or proposed.
 * @param retryForMs how long a part that is down is waited for
 * @throws CommandError (exit code 2) when there is no such person
 */
export async function signInAuthor(
  local: LocalSystem,
  { reviewer, tenant }: AuthorOptions,
  retryForMs = RETRY_FOR_MS,
): Promise<Person> {
  const [author] = AUTHORS.flatMap((role) =>
    local.reviewers.filter((one) => one.tenant === tenant && one.roles.includes(role)),
  );
  const found = reviewer === undefined ? author : reviewerOf(local, reviewer);
  if (found === undefined)
    throw wrongUse(`Nobody in ${tenant} is ${AUTHORS.join(' or ')}. Name somebody by --reviewer.`);
  return signIn(local, found, retryForMs);
}
