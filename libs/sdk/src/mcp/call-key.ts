import { createHash, randomUUID } from 'node:crypto';
import { actionId } from '@countersign/canonical';
import { SdkError } from '../errors.js';
import type { Handle } from '../handle.js';
import type { ToolExtra } from './tool.js';

/** Member of a call's `_meta` by which a client says that two calls mean one action. */
export const KEY_MEMBER = 'countersign/idempotency_key';
const KEY = /^[\x21-\x7e]{1,255}$/;
const LONGEST_KEY = 255;

/** Members of a call that are read, of servers of both generations: `_meta` stands beside the arguments or in `mcpReq`. */
export const metaOf = ({ _meta, mcpReq }: ToolExtra): Record<string, unknown> => mcpReq?._meta ?? _meta ?? {};

/** The key that a client stated, as a run; undefined where it stated none. Nothing of the session or of this server is in it. */
export const runOfKey = (extra: ToolExtra): string | undefined => {
  const stated = metaOf(extra)[KEY_MEMBER];
  return typeof stated === 'string' ? `mcp-${hash(stated)}` : undefined;
};

/** @throws SdkError `wrong_use` when the client states what is no key, or states none where the server asks for one */
function statedKey(extra: ToolExtra, isRequired: boolean): string | null {
  const stated = metaOf(extra)[KEY_MEMBER];
  if (stated === undefined && !isRequired) return null;
  if (typeof stated === 'string' && KEY.test(stated)) return stated;
  const rule = `_meta["${KEY_MEMBER}"] must be 1 to ${LONGEST_KEY} characters of printable ASCII without spaces`;
  throw new SdkError('wrong_use', `${rule}: one for each action that is meant, the same when the call is sent again.`);
}

const prefixOf = (tool: string): string => `mcp:${encodeURIComponent(tool)}:`;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A prefix and the rest as it is, or its hash where both would be too long for a key. */
const joined = (prefix: string, rest: string): string =>
  prefix.length + rest.length <= LONGEST_KEY ? prefix + rest : `${prefix}${hash(rest)}`;

/**
 * The idempotency key of a call: of the tool and what the client states, else new for each call. Ids of requests count
 * anew in each connection and some clients send the same one always, so nothing else says that two calls mean one
 * action; somebody may well mean to pay twice.
 * @throws SdkError `wrong_use`
 */
export function callKey(tool: string, extra: ToolExtra, requireKey = false): string {
  const stated = statedKey(extra, requireKey) ?? randomUUID();
  const prefix = prefixOf(tool);
  return prefix.length <= LONGEST_KEY - 64 ? joined(prefix, stated) : `mcp:${hash(tool)}:${hash(stated)}`;
}

/** Who proposed the action of a handle. */
export interface HandleOwner {
  readonly tenant: string;
  readonly agent_id: string;
}

/**
 * True when the action of a handle was proposed by its tool: the key begins with the tool, and the action's id follows
 * from the key. A handle is no secret and its bearer may edit it, so its word alone does not choose the effect.
 */
export function isOfTool({ tool, action_id, idempotency_key }: Handle, { tenant, agent_id }: HandleOwner): boolean {
  if (tool === null || idempotency_key === null) return false;
  const isNamed = [prefixOf(tool), `mcp:${hash(tool)}:`].some((prefix) => idempotency_key.startsWith(prefix));
  return isNamed && actionId(tenant, agent_id, idempotency_key) === action_id;
}
