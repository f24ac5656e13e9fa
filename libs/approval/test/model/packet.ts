import { digestOf } from '@countersign/canonical';
import type { Ask } from './world.js';

/** The digest of a packet with what is attached to it, as docs/api.md has it. */
export const onTable = (bare: string, evidence: Ask['evidence']): string =>
  evidence.length === 0 ? bare : digestOf({ packet: bare, attachments: evidence });
