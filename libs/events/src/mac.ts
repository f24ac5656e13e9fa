import { createHmac, timingSafeEqual } from 'node:crypto';
import { EventError } from './error.js';

export const SERVICES = ['intake', 'policy', 'approval', 'telemetry'] as const;
export type ServiceName = (typeof SERVICES)[number];

/**
 * Each service's own key for `countersign-mac`, hexadecimal, 32 bytes; or several, of which the last one writes and all
 * verify. A service needs its own and those it reads.
 */
export type MacKeys = Readonly<Partial<Record<ServiceName, string | readonly string[]>>>;

export const MAC_HEADER = 'countersign-mac';
const VERSION = 'v1';

/** What a MAC covers: a record and the CloudEvents headers that say which event it is and when it was written. */
export interface MacInput {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, Buffer | string | undefined>>;
}

const COVERED_HEADERS = ['ce_id', 'ce_type', 'ce_time'] as const;

const keyCache = new Map<string, Buffer>();

/** All keys of a service, the newest last. */
function keysOf(keys: MacKeys, service: ServiceName): readonly string[] {
  const found = keys[service] ?? [];
  const list = typeof found === 'string' ? [found] : found;
  if (list.length === 0) throw new EventError('bad_mac', `no mac key of service ${service}`);
  return list;
}

function keyBytes(hex: string): Buffer {
  let bytes = keyCache.get(hex);
  if (bytes === undefined) keyCache.set(hex, (bytes = Buffer.from(hex, 'hex')));
  return bytes;
}

/**
 * HMAC-SHA-256 (RFC 2104) over topic, key, value, `ce_id`, `ce_type` and `ce_time`, each with its length as big-endian
 * uint32 in front; what is absent is empty.
 */
function macOf({ topic, key, value, headers }: MacInput, macKey: Buffer): Buffer {
  const covered = [topic, key, value, ...COVERED_HEADERS.map((name) => headers[name])];
  const parts = covered.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part ?? '')));
  const frame = Buffer.allocUnsafe(parts.reduce((bytes, part) => bytes + 4 + part.length, 0));
  let at = 0;
  for (const part of parts) {
    at = frame.writeUInt32BE(part.length, at);
    at += part.copy(frame, at);
  }
  return createHmac('sha256', macKey).update(frame).digest();
}

/** Value of the `countersign-mac` header: `v1,<service>,<base64>`. */
export const signRecord = (input: MacInput, service: ServiceName, keys: MacKeys): string =>
  `${VERSION},${service},${macOf(input, keyBytes(keysOf(keys, service).at(-1) ?? '')).toString('base64')}`;

const isMac = (given: Buffer, wanted: Buffer): boolean =>
  given.length === wanted.length && timingSafeEqual(given, wanted);

const isService = (name: string | undefined): name is ServiceName => SERVICES.includes(name as ServiceName);

/**
 * The service that wrote a record.
 * @throws EventError `missing_mac` or `bad_mac`
 */
export function verifyRecord(input: MacInput, keys: MacKeys): ServiceName {
  const header = input.headers[MAC_HEADER]?.toString();
  if (header === undefined) throw new EventError('missing_mac', `header ${MAC_HEADER} is missing`);
  const [version, service, mac] = header.split(',');
  if (version !== VERSION || !isService(service) || mac === undefined) {
    throw new EventError('bad_mac', `header ${MAC_HEADER} is not v1,<service>,<base64>`);
  }
  const given = Buffer.from(mac, 'base64');
  if (!keysOf(keys, service).some((key) => isMac(given, macOf(input, keyBytes(key))))) {
    throw new EventError('bad_mac', `header ${MAC_HEADER} does not fit the record`);
  }
  return service;
}
