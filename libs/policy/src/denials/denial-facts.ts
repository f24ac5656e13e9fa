import type { Fact } from '../facts.js';
import { compileFact } from '../facts.js';
import { DENIALS } from './denials.js';

const LOG = 'log';

/** Counts of what people denied before. They come from the log, so no agent can state them. */
export const DENIAL_FACTS: readonly Fact[] = ['same_digest', 'same_target'].map((name) => ({
  ...compileFact(`${DENIALS}.${name}`, { at: `/${DENIALS}/${name}`, stated_by: LOG, type: 'int', min: 0 }),
  group: [DENIALS, name],
}));
