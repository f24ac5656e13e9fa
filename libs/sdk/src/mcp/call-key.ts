import { createHash, randomUUID } from 'node:crypto';
import { canonicalize, type JsonValue } from '@countersign/canonical';
import { SdkError } from '../errors.js';
import type { JsonObject } from '../types.js';
import type { ToolExtra } from './tool.js';

/** Member of a call's `_meta` by which a client says that two calls mean one action. */
export const KEY_MEMBER = 'countersign/idempotency_key';
const LONGEST_KEY = 255;

export interface Call {
  tool: string;
  parameters: JsonObject;
  extra: ToolExtra;
}

function statedKey({ _meta }: ToolExtra): string | null {
  const stated = _meta?.[KEY_MEMBER];
  if (stated === undefined) return null;
  if (typeof stated === 'string' && stated !== '' && stated.length <= LONGEST_KEY) return stated;
  throw new SdkError('wrong_use', `_meta["${KEY_MEMBER}"] must be a text of 1 to ${LONGEST_KEY} characters.`);
}

/**
 * The idempotency key of a call: what the client states, else one that is equal only for the same message of the same
 * session, sent again. Two calls with equal arguments are two actions: somebody may well mean to pay twice.
 * @param life stands for the session where there is none: ids of requests start anew with every process
 */
export function callKey({ tool, parameters, extra }: Call, life: string): string {
  const stated = statedKey(extra);
  if (stated !== null) return stated;
  const message = [extra.sessionId ?? life, extra.requestId ?? randomUUID(), tool, parameters] as JsonValue;
  return `mcp-${createHash('sha256').update(canonicalize(message)).digest('hex')}`;
}
