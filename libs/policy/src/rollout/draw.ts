import { sha256 } from '@countersign/canonical';

const RANGE = 2 ** 32;
/** After `sha256:`. */
const FIRST_HEX = 7;

/**
 * The place of an action in a draw, 0 or more and below 1: the first 32 bits of SHA-256 over `tenant|salt|action_id`,
 * over 2^32. Uniform, and the same for ever, so an action that was in at 10 % is also in at 20 %.
 */
export function drawOf(tenant: string, salt: string, actionId: string): number {
  const hash = sha256(`${tenant}|${salt}|${actionId}`);
  return Number.parseInt(hash.slice(FIRST_HEX, FIRST_HEX + 8), 16) / RANGE;
}
