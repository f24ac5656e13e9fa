import type { CompiledGate } from './gates.js';

/** The form of the gate for this impact: high impact is answered sooner. */
export const formOf = (gate: CompiledGate, impact: string | null): CompiledGate['usual'] =>
  impact === 'high' ? gate.urgent : gate.usual;
