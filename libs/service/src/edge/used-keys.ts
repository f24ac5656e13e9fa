import { digestOf, otherBodyUnderKey, sha256 } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { keyOfRequest } from './idempotency-key.js';
import { callerOf } from './principal.js';

interface Use {
  readonly digest: string;
  /** False while no request with it has been taken. */
  taken: boolean;
}

/** Keys of one caller, and callers, that an instance remembers; the one used longest ago goes first. */
const KEYS = 256;
const CALLERS = 512;
/**
 * A refused request has used no key up: it may be sent again with what was wrong in it put right. Where nothing is at the
 * address, no other body puts it right.
 */
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 404;

/** What each caller sent to an address under a key, so that a key never stands for two requests. */
export class UsedKeys {
  private readonly callers = new Map<string, Map<string, Use>>();

  /**
   * Notes a request.
   * @param place what tells one use of the key from another: method, address and key
   * @param digest of everything else that the request says
   * @returns what is called with the status of the answer
   * @throws CountersignError `duplicate_request` when another request to the same address has the key
   */
  note(caller: string, place: string, digest: string): (status: number) => void {
    const uses = recent(this.callers, caller, { make: () => new Map<string, Use>(), most: CALLERS });
    const use = recent(uses, place, { make: () => ({ digest, taken: false }), most: KEYS });
    if (use.digest !== digest) throw otherBodyUnderKey();
    return (status) => {
      if (!isRefusal(status)) use.taken = true;
      else if (!use.taken && uses.get(place) === use) uses.delete(place);
    };
  }
}

function recent<T>(map: Map<string, T>, name: string, { make, most }: { make: () => T; most: number }): T {
  const value = map.get(name) ?? make();
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
  return value;
}

/**
 * Compares every request that carries a key with what its caller sent to the same address under it. Bodies are compared
 * as what they say: spelling, order, and members that are null are no difference. What lists hold is
 * judged one by one, and files, which are read later, are compared by the log.
 */
export function guardKeys(fastify: FastifyInstance): void {
  const used = new UsedKeys();
  const notes = new WeakMap<object, (status: number) => void>();
  fastify.addHook('preHandler', (request, _reply, done) => {
    const [key, caller] = [keyOfRequest(request), callerOf(request)];
    if (key !== undefined && caller !== '' && isComparable(request.body))
      notes.set(request, used.note(caller, placeOf(request, key), digestOfRequest(request)));
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    notes.get(request)?.(reply.statusCode);
    done();
  });
}

const isComparable = (body: unknown): body is JsonValue | undefined =>
  !Array.isArray(body) && typeof (body as { pipe?: unknown } | null | undefined)?.pipe !== 'function';

const placeOf = ({ method, url }: FastifyRequest, key: string): string =>
  sha256(JSON.stringify([method, url.split('?')[0], key]));

const digestOfRequest = ({ query, body }: FastifyRequest): string =>
  digestOf([query as JsonValue, withoutNulls((body ?? {}) as JsonValue)]);

const withoutNulls = (body: JsonValue): JsonValue =>
  typeof body === 'object' && body !== null
    ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
    : body;
