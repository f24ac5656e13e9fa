import type { ContextTerm } from './terms/context-term.js';
import type { CompiledGate } from './gates.js';
import type { Condition } from './condition.js';
import type { ModeName, PolicyDocument } from './document.js';
import type { Fact } from './facts.js';
import type { AfterDeclaration } from './terms/after-document.js';

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
  /** Parts of the actions with a rollout mode of their own, in order. */
  readonly segments: readonly CompiledSegment[];
  /** Pointers whose values are stored as keyed hashes; no explanation repeats them. */
  readonly sensitive: readonly string[];
  readonly context: ContextTerm;
  /** Members of the action's preconditions that identify the state of the world. */
  readonly preconditions: readonly string[];
  /** Whether a proposal must state each of them. */
  readonly preconditionsRequired: boolean;
  /** How members of `after` follow from the rest of the action; null when nothing is said. */
  readonly after: AfterDeclaration | null;
}

/** One segment of a rollout. */
export interface CompiledSegment {
  readonly name: string;
  readonly condition: Condition;
  readonly mode: ModeName;
}

/** How far a policy is rolled out; null where nothing is said. */
export interface CompiledRollout {
  readonly mode: ModeName | null;
  /** Percent, 0 to 100. */
  readonly share: number | null;
  readonly agents: ReadonlyMap<string, ModeName>;
}

/** Random audits: probabilities from 0 to 1, and the gate of the audit request. */
export interface CompiledAudit {
  readonly allowed: number;
  readonly approved: number;
  readonly gate: CompiledGate;
}

/** The gate of what has no evidence yet, and how many harmless actions are enough. */
export interface CompiledDriftGuard {
  readonly gate: CompiledGate;
  readonly evidence: number;
}

/** A count or a sum over a window that ends with the action. */
export interface CompiledVelocity {
  readonly name: string;
  readonly key: 'agent' | 'on_behalf_of' | 'target';
  readonly windowSeconds: number;
  /** The money fact that is summed, of one currency in every type; null: actions are counted. */
  readonly sum: { readonly fact: string; readonly currency: string } | null;
  /** The action types that count. */
  readonly types: ReadonlySet<string>;
}

/** What the next version needs before it becomes active in place of this one. */
export interface CompiledActivation {
  readonly requires: readonly ('cases' | 'backtest' | 'shadow')[];
  readonly minHistory: number;
}

export interface CompiledPolicy {
  readonly name: string;
  /** A tenant, or `*` for every tenant. */
  readonly tenant: string;
  readonly mode: ModeName;
  readonly environments: ReadonlyMap<string, { readonly bypass: boolean; readonly mode: ModeName }>;
  readonly types: ReadonlyMap<string, CompiledType>;
  /** Every gate by its name. */
  readonly gates: ReadonlyMap<string, CompiledGate>;
  readonly fallback: CompiledGate;
  readonly rollout: CompiledRollout;
  readonly audit: CompiledAudit | null;
  /** The gate of the review after somebody broke the glass; null: nobody may. */
  readonly breakGlassReview: CompiledGate | null;
  readonly driftGuard: CompiledDriftGuard | null;
  readonly velocity: readonly CompiledVelocity[];
  readonly activation: CompiledActivation;
  readonly allowGrantTtlSeconds: number;
  /** How long actions must be remembered for the slowest gate, seconds; 8 days or more. */
  readonly remembersSeconds: number;
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
