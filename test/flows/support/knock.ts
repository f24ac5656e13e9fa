import type { JsonValue } from '@countersign/canonical';
import type { Door } from './doors.js';
import { world } from './system.js';

export const SERVICES = ['intake', 'policy', 'approval', 'telemetry'] as const;
export type Service = (typeof SERVICES)[number];

/** One operation of a service, and who may call it. */
export interface Operation {
  /** As in the table, e.g. `intake GET /v1/actions`. */
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly door: Door;
}

/** Ids of a tenant, by the names that paths and bodies use. */
export type Ids = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export const urlOf = (service: Service): string => world().local[`${service}_url`];

export function operationOf(name: string, door: Door): Operation {
  const [service = '', method = '', path = ''] = name.split(' ');
  return { name, method, path, door, url: urlOf(service as Service) };
}

const filled = (text: string, ids: Ids): string => text.replace(/:(\w+)/g, (whole, name: string) => ids[name] ?? whole);

/** Of a stream that does not end, its first piece. */
async function textOf(response: Response): Promise<string> {
  if (!(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) return response.text();
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value as Uint8Array | undefined);
}

/** Calls an operation with these ids. @param authorization the header's whole value, null to send none */
export async function knock(
  { url, method, path, door }: Operation,
  usual: Ids,
  authorization: string | null,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const ids = { ...usual, ...door.ids };
  const where = path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(ids[name] ?? 'none'));
  const body: JsonValue | undefined = door.body;
  const response = await fetch(`${url}${where}${door.query === undefined ? '' : `?${door.query}`}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'idempotency-key': `knock-${method}-${path}`,
      ...more,
    },
    ...(body === undefined ? {} : { body: filled(JSON.stringify(body), ids) }),
  });
  return { status: response.status, text: await textOf(response) };
}
