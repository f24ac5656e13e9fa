import { evaluate, policySetOf, runCases } from '@countersign/policy';
import { policyFolders } from './ready-policies.js';

describe.each(policyFolders())('ready policies in $folder', ({ policies, tables }) => {
  it.each(
    tables.flatMap((table) => runCases(policies, table).results.map((one) => [table.policy, one.name, one] as const)),
  )('%s: %s', (_policy, _name, { differences }) => expect(differences).toEqual([]));

  it('has a case for every rule', () => {
    const set = policySetOf(policies.map((policy) => ({ policy, version: 1 })));
    const met = tables.flatMap(({ cases }) =>
      cases.map(({ action }) => {
        const { policy_name, rule } = evaluate(set, '*', action);
        return `${policy_name} ${(rule ?? '').replace(/-held$/, '')}`;
      }),
    );
    const rules = policies.flatMap(({ name, types }) =>
      [...types.values()].flatMap((type) => type.rules.map((rule) => `${name} ${rule.name.replace(/-held$/, '')}`)),
    );
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter((rule) => !met.includes(rule))).toEqual([]);
  });

  it('has cases for every policy', () => {
    const tested = new Set(tables.map(({ policy }) => policy));
    expect(policies.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([]);
  });
});

describe('what the language offers is used by some ready policy', () => {
  const gates = policyFolders().flatMap(({ policies }) => policies.flatMap((one) => [...one.gates.values()]));
  const activations = policyFolders().flatMap(({ policies }) => policies.flatMap((one) => one.activation.requires));

  it('an escalation to somebody', () => expect(gates.some(({ usual }) => usual.escalate_roles.length > 0)).toBe(true));
  it('time to read', () => expect(gates.some(({ usual }) => (usual.min_dwell_s ?? 0) > 0)).toBe(true));
  it('a blind review', () => expect(gates.some(({ usual }) => (usual.review_rate ?? 0) > 0)).toBe(true));
  it('a diff that is demanded', () => expect(gates.some(({ diffRequired }) => diffRequired)).toBe(true));
  it('a hold', () => expect(gates.some(({ usual }) => usual.hold)).toBe(true));
  it('reports before an activation', () => expect(activations).not.toEqual([]));
});
