import { sha256 } from '@countersign/canonical';
import type { Draws } from '../draw.js';

/** Draws as a service makes them, with a key that every test knows. */
export const testDraws = (keyId = 'test'): Draws => ({
  keyId,
  place: (parts) => Number.parseInt(sha256(JSON.stringify([keyId, ...parts])).slice(7, 15), 16) / 2 ** 32,
});
