import { evaluate } from '@countersign/policy';
import type { Decision } from '@countersign/policy';
import { actionOfCase, caseTables, readySet } from './ready-policies.js';

/** The fields of a decision under the names that the tables use. */
const seen = (decision: Decision): Record<string, unknown> => ({
  policy: decision.policy_name,
  decision: decision.policy_decision,
  effective: decision.effective_decision,
  bypass: decision.bypass,
  rule: decision.rule,
  gate: decision.gate?.name ?? null,
  respond_s: decision.gate?.respond_s,
  expire_s: decision.gate?.expire_s,
  unknown: decision.unknown,
  impact: decision.impact,
  reversibility: decision.reversibility,
  regulatory_pressure: decision.regulatory_pressure,
  explains: decision.trail.at(-1)?.explanation,
});

const set = readySet();

for (const table of caseTables()) {
  describe(`cases of ${table.policy}`, () => {
    it.each(table.cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
      const want = { policy: table.policy, ...one.want };
      expect(seen(evaluate(set, 'acme', actionOfCase(table, one)))).toMatchObject(want);
    });
  });
}
