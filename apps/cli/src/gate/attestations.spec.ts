import type { Proposal } from '@countersign/sdk';
import { readAttestations } from './attestations.js';
import { gateKey } from './proposal.js';

describe('attestations of a pipeline', () => {
  it('are one token, or a JSON list of some', () => {
    expect(readAttestations('a.b-_.c\n', 'f')).toEqual(['a.b-_.c']);
    expect(readAttestations(' ["a.b.c", "d.e.f"]', 'f')).toEqual(['a.b.c', 'd.e.f']);
  });

  it.each(['', '[]', '[1]', '["a.b.c"', '{"canary":"a.b.c"}', 'canary', 'a.b.c d.e.f'])(
    'are refused as %j, which is not shown',
    (text) => expect(() => readAttestations(text, 'tests.jws')).toThrow(/^(?!.*canary).*tests\.jws/),
  );

  it('belong to the key of the run, as other results do; without any it is the key that it was', () => {
    const proposal = { run_id: 'r', action_type: 'deployment', environment: 'production', parameters: {} } as Proposal;
    const keys = [proposal, { ...proposal, attestations: null }, { ...proposal, attestations: ['a.b.c'] }].map(gateKey);
    expect(keys[0]).toBe('gate-6703203638118f489d8039b64046cda6454dd767aa9d29945b69017ab6cea5f0');
    expect([keys[1] === keys[0], keys[2] === keys[0]]).toEqual([true, false]);
  });
});
