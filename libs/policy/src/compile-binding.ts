import type { Compilation } from './compile-type.js';
import type { CompiledPolicy, CompiledVelocity } from './compiled.js';
import { moneyCurrency } from './velocity-facts.js';

type Binding = Pick<
  CompiledPolicy,
  'rollout' | 'audit' | 'breakGlassReview' | 'driftGuard' | 'velocity' | 'activation'
>;

function compileVelocity({ document, problems }: Compilation): CompiledVelocity[] {
  return Object.entries(document.velocity).map(([name, { key, window, sum, for: of }]) => {
    const types = of ?? Object.keys(document.action_types);
    const common = { name, key, windowSeconds: window, types: new Set(types) };
    if (sum === undefined) return { ...common, sum: null };
    const currencies = new Set(types.map((type) => moneyCurrency(document, type, sum)));
    const [currency] = currencies;
    if (currencies.size !== 1 || !currency)
      problems.add(['velocity', name, 'sum'], 'expected a money fact of one currency in every type that counts');
    return { ...common, sum: { fact: sum, currency: currency ?? '' } };
  });
}

/** Compiles what says how the policy binds: rollout, audits, broken glass, drift guard, velocity counters, activation. */
export function compileBinding(compilation: Compilation): Binding {
  const { document, gates, fallback } = compilation;
  const { rollout, audit, break_glass: glass, drift_guard: guard, activation } = document;
  const agents = new Map(Object.entries(rollout.agents).map(([agent, { mode }]) => [agent, mode]));
  const gateOf = (name: string): typeof fallback => gates.get(name) ?? fallback;
  return {
    rollout: { mode: rollout.mode ?? null, share: rollout.share ?? null, agents },
    audit: audit ? { ...audit.sample, gate: gateOf(audit.gate) } : null,
    breakGlassReview: glass ? gateOf(glass.review) : null,
    driftGuard: guard ? { gate: gateOf(guard.gate), evidence: guard.evidence } : null,
    velocity: compileVelocity(compilation),
    activation: { requires: activation.requires, minHistory: activation.min_history },
  };
}
