import { runCases } from '@countersign/policy';
import { policyFolders } from './ready-policies.js';

describe.each(policyFolders())('ready policies in $folder', ({ policies, tables }) => {
  it.each(
    tables.flatMap((table) => runCases(policies, table).results.map((one) => [table.policy, one.name, one] as const)),
  )('%s: %s', (_policy, _name, { differences }) => expect(differences).toEqual([]));

  it('has cases for every policy', () => {
    const tested = new Set(tables.map(({ policy }) => policy));
    expect(policies.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([]);
  });
});
