import { bearerOf, keyOf } from './bearers.js';
import { urlOf } from './knock.js';
import type { Service } from './knock.js';
import { world } from './system.js';

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** One operation as the running service's own document describes it. */
export interface Documented {
  /** E.g. `intake POST /v1/actions`. */
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly path: string;
  /** Who may call it. */
  readonly access: readonly string[];
  /** The schema of its JSON body. */
  readonly body: Schema | undefined;
}

interface Operation {
  readonly 'x-countersign-access': readonly string[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema } | undefined>> };
}

/** Every operation that a running service documents. */
export async function operationsOf(service: Service): Promise<Documented[]> {
  const url = urlOf(service);
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, operation]) => ({
      ...{ name: `${service} ${name.toUpperCase()} ${path}`, url, method: name.toUpperCase(), path },
      ...{ access: operation['x-countersign-access'] },
      body: operation.requestBody?.content['application/json']?.schema,
    })),
  );
}

const known = new Map<string, Promise<string | null>>();

/** The `Authorization` header of somebody whom the operation lets in, null where nobody is asked. */
export function bearerFor([who = 'anybody']: readonly string[]): Promise<string | null> {
  const found = known.get(who) ?? find(who);
  known.set(who, found);
  return found;
}

async function find(who: string): Promise<string | null> {
  if (who === 'anybody') return null;
  if (who === 'agent') return keyOf('refund-agent');
  if (who === 'executor') return keyOf('payments-executor');
  if (who === 'nobody') return bearerOf('nob');
  const role = who === 'person' ? 'admin' : who.replace('role ', '');
  const person = world().local.reviewers.find(({ tenant, roles }) => tenant === 'acme' && roles.includes(role));
  return bearerOf(person?.subject ?? '');
}
