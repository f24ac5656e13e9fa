import fc from 'fast-check';
import { referenceDifferences } from '@countersign/policy';
import { askOracle } from './oracle.js';
import { randomActions } from './random-actions.js';
import { policyFolders } from './ready-policies.js';

const folders = policyFolders();
const SEED = 20_260_619;

/** The reference is asked twice: with its own reading of conditions, and with that of another implementation of CEL. */
describe('the evaluator that decides and the reference', () => {
  it.each(folders)('agree on every case in $folder', ({ policies, tables }) => {
    for (const { cases } of tables) {
      for (const { action } of cases)
        for (const policy of policies) expect(referenceDifferences(policy, action)).toEqual([]);
    }
  });

  it('agree on 10,000 random actions over all ready policies', () => {
    const policies = folders.flatMap((folder) => folder.policies);
    let spoken = 0;
    fc.assert(
      fc.property(randomActions(policies), (action) => {
        const speakers = policies.filter((policy) => policy.types.has(action.action_type));
        spoken += speakers.length;
        for (const policy of speakers) {
          expect(referenceDifferences(policy, action)).toEqual([]);
          expect(referenceDifferences(policy, action, askOracle)).toEqual([]);
        }
      }),
      { seed: SEED, numRuns: 10_000 },
    );
    expect(spoken).toBeGreaterThanOrEqual(10_000);
  });
});
