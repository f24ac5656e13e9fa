import fc from 'fast-check';
import type { PolicyAction } from '../action.js';
import type { Circumstances } from './circumstances.js';
import { testDraws } from './testing/draws.js';
import { decideIn, draws, known, saying, sharePlace, targets } from './testing/pays.js';

describe('draws', () => {
  const half = (over: Partial<PolicyAction>, circumstances: Partial<Circumstances> = {}): string | null =>
    decideIn('mode: partial\nrollout: { share: 50 }', saying('require_approval', over), { ...known, ...circumstances })
      .segment;

  it('of a share: whatever an agent may choose anew when it asks again, it hears the same', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(...targets), (action_id, model_id, target) => {
        const other = { confidence: 0.5, agent_version: 'v2', on_behalf_of: 'customer:1', environment: 'staging' };
        expect(half({ target, action_id, model_id, ...other })).toBe(half({ target }));
      }),
    );
  });

  it('of a share are over the target, else whom it acts for, else the agent', () => {
    const about = (id: string, name: string): string => (sharePlace(name) < 0.5 ? `${id}: in` : `${id}: out`);
    for (const name of targets) {
      expect(half({ target: name, on_behalf_of: 'x' })).toBe(about('share 50 %', name));
      expect(half({ on_behalf_of: name })).toBe(about('share 50 %', name));
      expect(half({ agent_id: name })).toBe(
        `share 50 %: ${draws.place(['share', 'acme', 'pays', name, name]) < 0.5 ? 'in' : 'out'}`,
      );
    }
  });

  it('are another with another key, and the decision names the key', () => {
    const others = targets.filter((target) => half({ target }) !== half({ target }, { draws: testDraws('next') }));
    expect(others.length).toBeGreaterThan(5);
    expect(decideIn('', saying('allow'))).toMatchObject({ draw_key_id: 'test' });
    expect(decideIn('', saying('allow'), { ...known, draws: testDraws('next') }).draw_key_id).toBe('next');
    expect(decideIn('', saying('allow'), null).draw_key_id).toBeNull();
  });

  it('without a key: a share is enforced, and nothing is sampled', () => {
    const extra = 'mode: partial\nrollout: { share: 0 }\naudit: { sample: { approved: 1 }, gate: one }';
    expect(decideIn(extra, saying('require_approval'), { ...known, draws: null })).toMatchObject({
      ...{ effective_decision: 'require_approval', segment: 'share 0 %: cannot be told, enforced' },
      ...{ sample_probability: null, draw_key_id: null },
    });
  });

  it('only add actions when the share is raised', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (target, a, b) => {
        const at = (share: number) =>
          decideIn(`mode: partial\nrollout: { share: ${share} }`, saying('require_approval', { target }));
        const binds = (share: number): boolean => at(share).effective_decision === 'require_approval';
        if (binds(Math.min(a, b))) expect(binds(Math.max(a, b))).toBe(true);
      }),
    );
  });
});
