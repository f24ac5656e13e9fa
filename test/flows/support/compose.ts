import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ComposeService {
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

export const DOCKER = join(import.meta.dirname, '../../../infra/docker');

/** What a person must say beside the defaults. */
const ASKED: Readonly<Record<string, string>> = {
  OIDC_ISSUERS: JSON.stringify([
    { issuer: 'http://idp.test', jwks_uri: 'http://idp.test/jwks', audience: 'countersign' },
  ]),
};

/** `${NAME:?why}` and `${NAME:-default}`, as Compose reads them. */
const filled = (text: string): string =>
  text.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, kind: string, rest: string) =>
    kind === '-' ? rest : (ASKED[name] ?? `the value of ${name}`),
  );

/** The services of infra/docker/compose.yaml, with everything merged and filled in. */
export function composeServices(): Record<string, ComposeService> {
  const text = readFileSync(join(DOCKER, 'compose.yaml'), 'utf8');
  const { services } = parse(text, { merge: true }) as { services: Record<string, ComposeService> };
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      {
        ...service,
        environment: Object.fromEntries(
          Object.entries(service.environment).map(([variable, value]) => [variable, filled(value)]),
        ),
      },
    ]),
  );
}
