import { z } from 'zod';

/** What is stored of the context of an action: all, keyed hashes, nothing; from lenient to strict. */
export const CONTEXT_TERMS = ['keep', 'hash', 'omit'] as const;
export type ContextTerm = (typeof CONTEXT_TERMS)[number];

export const contextTerm = z
  .enum(CONTEXT_TERMS)
  .describe(
    'What is stored of `context`: `keep` it as given (default), `hash` for one keyed hash each of prompt, inputs and output with their sizes, or `omit`.',
  );
