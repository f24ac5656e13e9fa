import { ENVIRONMENTS, isEnvironment } from '@countersign/canonical';
import type { Credentials } from '@countersign/service';
import { join } from 'node:path';
import { wrongUse } from '../shared/command-error.js';
import { rememberAgent, secretsFolderOf, type LocalSystem } from '../shared/local-system.js';
import { list, show } from '../shared/output.js';

/** An agent as the command line names it. */
export interface NewAgent {
  agent?: string;
  tenant: string;
  /** By comma. Default: all. */
  environments?: string;
  /** Who runs it. */
  operator?: string[];
  json?: boolean;
}

type Edit = (secretsDir: string, change: (credentials: Credentials) => Credentials) => Promise<void>;

function environmentsOf({ environments }: NewAgent): string[] {
  const named = environments?.split(',') ?? [...ENVIRONMENTS];
  if (named.every(isEnvironment)) return named;
  throw wrongUse(`--environments takes a list of ${ENVIRONMENTS.join(', ')}.`);
}

/** Makes an agent that there is not yet, with its first key and its signing secret. @returns false when there is one */
export async function makeAgent(options: NewAgent, local: LocalSystem, edit: Edit): Promise<boolean> {
  const { addAgent, addKey, hasAgent, newKey, newSecret, readCredentials } = await import('@countersign/service');
  const [secretsDir, { agent: id = '', tenant }] = [secretsFolderOf(local), options];
  const owner = { kind: 'agent', tenant, id } as const;
  if (hasAgent(readCredentials(join(secretsDir, 'credentials.json')), owner)) return false;
  const [key, signing_secret] = [newKey(Date.now()), newSecret()];
  const agent = { tenant, agent_id: id, environments: environmentsOf(options), operators: options.operator ?? [] };
  await edit(secretsDir, (credentials) =>
    addKey(addAgent(credentials, { ...agent, signing_secrets: [signing_secret] }), owner, key),
  );
  await rememberAgent({ ...agent, api_key: key.secret, signing_secret });
  show(options.json, { ...owner, ...agent, key_id: key.key_id, api_key: key.secret, signing_secret }, (made) =>
    list([
      ['new agent', `${made.id} in ${made.tenant}`],
      ['environments', made.environments.join(', ')],
      ['operators', made.operators.join(', ') || 'none: nobody is kept from approving its actions'],
      ['key_id', made.key_id],
      ['api_key', `${made.api_key}  (shown once)`],
      ['signing_secret', `${made.signing_secret}  (shown once)`],
    ]),
  );
  return true;
}
