import type { CompiledPolicy } from './compiled.js';

/** A policy and its number. */
export interface PolicyVersion {
  readonly policy: CompiledPolicy;
  /** 1 or more. */
  readonly version: number;
}
