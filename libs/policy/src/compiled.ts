import type { CompiledGate } from './gates.js';
import type { Condition } from './condition.js';
import type { ModeName, PolicyDocument } from './document.js';
import type { Fact } from './facts.js';

/** What the rules may say of an action. */
export type PolicyVerdict = 'allow' | 'require_approval' | 'deny';

/** One case of a classification axis; the last one of an axis has no condition. */
export interface CompiledCase {
  /** Index into the axis' levels, which rise in severity. */
  readonly level: number;
  readonly label: string;
  readonly condition: Condition | null;
}

export interface Axis {
  readonly levels: readonly string[];
  readonly cases: readonly CompiledCase[];
}

export interface CompiledRule {
  readonly name: string;
  readonly condition: Condition | null;
  readonly then: PolicyVerdict;
  readonly gate: CompiledGate | null;
  readonly explanation: string | null;
  /** Facts that an explanation shows: those that the condition reads, or all where there is no condition. */
  readonly shows: readonly string[];
}

/** A cell of the matrix; `gate` is null for `no`. */
export interface Cell {
  readonly label: string;
  readonly approval: 'yes' | 'maybe' | 'no' | 'undefined';
  readonly gate: CompiledGate | null;
}

/** A policy's words on one action type. */
export interface CompiledType {
  readonly facts: readonly Fact[];
  readonly usesPresence: boolean;
  /** Impact, reversibility, regulatory pressure; null when the policy does not classify. */
  readonly axes: readonly [Axis, Axis, Axis] | null;
  /** The 18 cells by `cellIndex`; null without a matrix. */
  readonly cells: readonly Cell[] | null;
  readonly rules: readonly CompiledRule[];
}

export interface CompiledPolicy {
  readonly name: string;
  /** A tenant, or `*` for every tenant. */
  readonly tenant: string;
  readonly mode: ModeName;
  readonly environments: ReadonlyMap<string, { readonly bypass: boolean; readonly mode: ModeName }>;
  readonly types: ReadonlyMap<string, CompiledType>;
  readonly fallback: CompiledGate;
  readonly allowGrantTtlSeconds: number;
  /** What was compiled; null for the built-in policy. */
  readonly document: PolicyDocument | null;
}

/** Levels in rising severity. */
export const LEVELS = {
  impact: ['low', 'medium', 'high'],
  reversibility: ['high', 'low'],
  regulatory_pressure: ['low', 'medium', 'high'],
} as const;

/** Position of a cell, 0 to 17, from three level indexes. */
export const cellIndex = (impact: number, reversibility: number, pressure: number): number =>
  (impact * 2 + reversibility) * 3 + pressure;
