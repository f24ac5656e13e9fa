import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CountersignError, JsonError, LIMITS, parseJson, parseJsonInTurns } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/** A call from service to service may repeat all that is kept of an action, coded as text. */
export const MAX_INTERNAL_BYTES = 2 * LIMITS.record;
// What a too large upload may still send before it is cut off: a client that can finish reads why it was refused.
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

export interface BodyLimits {
  /** Bytes of a body that is one object, 1 or more. */
  readonly maxBytes: number;
  /** Bytes of a body that is an array, 1 or more. */
  readonly maxArrayBytes: number;
}

/**
 * Reads a body and parses it strictly.
 * @returns undefined for an empty body
 * @throws CountersignError `too_large`, `malformed` (with a pointer where one member is at fault) or `too_deep`
 */
export async function readJsonBody(stream: Readable, limits: BodyLimits): Promise<JsonValue | undefined> {
  const bytes = await readBytes(stream, limits);
  return bytes.length === 0 ? undefined : parseJsonInTurns(decodeUtf8(bytes), setImmediate).catch(strictly);
}

/** The refusal of a body, or of an item of a batch, by its size in bytes. */
export const tooLarge = (limit: number, size: number): CountersignError =>
  new CountersignError('too_large', `it is larger than ${limit} bytes; send less`, { pointer: '', limit, size });

/** All bytes of a body. @throws CountersignError `too_large` */
export async function readBytes(stream: Readable, limits: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  let limit = limits.maxArrayBytes;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > MAX_DISCARDED_BYTES) break;
    if (chunks.length === 0) limit = startsArray(chunk) ? limits.maxArrayBytes : limits.maxBytes;
    if (received <= limit) chunks.push(chunk);
  }
  if (received > limit) throw tooLarge(limit, received);
  return Buffer.concat(chunks);
}

// RFC 8259, section 2: the white space that may come before the first value.
const startsArray = (chunk: Buffer): boolean => {
  const first = chunk.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x5b;
};

/** @throws CountersignError `malformed` for bytes that are not UTF-8 (RFC 3629); a byte order mark is not skipped */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CountersignError('malformed', 'the text is not UTF-8', {}, { cause });
  }
}

/** @throws CountersignError `malformed` or `too_deep`, with the pointer of the first fault */
export function parseStrictly(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    return strictly(error);
  }
}

const strictly = (error: unknown): never => {
  throw error instanceof JsonError ? jsonProblem(error) : error;
};

/** The problem that a fault of strict JSON is at every door. */
export function jsonProblem(error: JsonError): CountersignError {
  const details = { pointer: error.pointer, reason: error.code };
  const code = error.code === 'too_deep' ? 'too_deep' : 'malformed';
  return new CountersignError(code, `not acceptable JSON: ${error.message}`, details, { cause: error });
}
