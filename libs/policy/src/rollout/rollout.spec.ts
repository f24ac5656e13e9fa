import fc from 'fast-check';
import type { PolicyAction } from '../action.js';
import { decide, decideChanged } from '../decide.js';
import type { Decision } from '../decision.js';
import { loadPolicy } from '../load-policy.js';
import { evaluate, policySetOf } from '../policy-set.js';
import type { Circumstances } from './circumstances.js';
import {
  action,
  auditPlace,
  decideIn,
  ids,
  inTarget,
  known,
  outTarget,
  saying,
  text,
  version,
} from './testing/pays.js';
import type { Said } from './testing/pays.js';

describe('modes', () => {
  /** The table of the documentation, written once more. */
  const TABLE: Record<string, Record<Said, [effective: Said, gate: string | null, advice: string | null]>> = {
    enforce: {
      allow: ['allow', null, null],
      require_approval: ['require_approval', 'two', null],
      deny: ['deny', null, null],
    },
    soft: { allow: ['allow', null, null], require_approval: ['allow', null, 'two'], deny: ['allow', null, 'three'] },
    shadow: { allow: ['allow', null, null], require_approval: ['allow', null, null], deny: ['allow', null, null] },
  };
  const rows = Object.entries(TABLE).flatMap(([mode, row]) =>
    Object.entries(row).map(([said, want]) => [mode, said as Said, ...want] as const),
  );

  it.each(rows)('%s: %s gives %s, gate %s, advice of %s', (mode, said, effective, ...gates) => {
    const decision = decideIn(`mode: ${mode}`, saying(said));
    expect(decision).toMatchObject({ mode, policy_decision: said, effective_decision: effective, segment: null });
    expect([decision.gate?.name ?? null, decision.advisory_gate?.name ?? null]).toEqual(gates);
  });

  it.each(['allow', 'require_approval', 'deny'] as const)(
    'partial: %s is as enforced inside, as soft outside, but that a denial denies',
    (said) => {
      const half = (target: string) => decideIn('mode: partial\nrollout: { share: 50 }', saying(said, { target }));
      const like = (mode: string, target: string, segment: string) => ({
        ...decideIn(`mode: ${mode}`, saying(said, { target })),
        ...{ mode: 'partial', segment },
      });
      expect(half(inTarget)).toEqual(like('enforce', inTarget, 'share 50 %: in'));
      expect(half(outTarget)).toEqual(like(said === 'deny' ? 'enforce' : 'soft', outTarget, 'share 50 %: out'));
    },
  );

  it('off is as though the policy were not there: others speak, at last the built-in gate', () => {
    const off = version(text('mode: off'));
    const other = version(text('', 'others').replace('then: deny', 'then: allow'), 4);
    expect(evaluate(policySetOf([off, other]), 'acme', saying('deny'), known)).toMatchObject({
      ...{ policy_name: 'others', effective_decision: 'allow', shadows: [] },
    });
    expect(evaluate(policySetOf([off]), 'acme', saying('allow'), known)).toMatchObject({
      ...{ policy_name: 'built-in', mode: 'enforce', effective_decision: 'require_approval' },
    });
  });

  it('a default policy that is off leaves the built-in gate, and no mode lifts its word on other types', () => {
    const other = action({ action_type: 'other' });
    const by = (mode: string) =>
      evaluate(policySetOf([version(text(`mode: ${mode}`, 'default'))]), 'acme', other, known);
    expect(by('off')).toMatchObject({ policy_name: 'built-in', effective_decision: 'require_approval' });
    for (const mode of ['soft', 'shadow', 'partial'])
      expect(by(mode)).toMatchObject({
        ...{ policy_name: 'default', mode: 'enforce', effective_decision: 'require_approval', gate: { name: 'three' } },
      });
  });

  it.each(['soft', 'shadow', 'partial', 'enforce'])('an error binds in mode %s', (mode) => {
    const broken = version(text(`mode: ${mode}\nrollout: { share: 0 }\nenvironments: { staging: { bypass: true } }`));
    const condition = broken.policy.types.get('pay')?.rules[1]?.condition as { test: unknown };
    condition.test = (): never => {
      throw new RangeError('broken');
    };
    const decision = evaluate(policySetOf([broken]), 'acme', saying('allow', { environment: 'staging' }), known);
    expect(decision).toMatchObject({ effective_decision: 'require_approval', gate: { name: 'three' }, bypass: null });
  });

  it('the agent wins over the environment, the environment over the policy, and the decision says which', () => {
    const extra =
      'environments: { canary: { mode: shadow }, staging: {} }\nrollout: { mode: soft, agents: { payer: { mode: enforce } } }';
    const mode = (over: Partial<PolicyAction>) => {
      const decision = decideIn(extra, saying('require_approval', over));
      return [decision.mode, decision.effective_decision, decision.segment];
    };
    expect(mode({ agent_id: 'payer', environment: 'canary' })).toEqual([
      ...['enforce', 'require_approval', 'agent payer: enforce'],
    ]);
    expect(mode({ agent_id: 'x', environment: 'canary' })).toEqual(['shadow', 'allow', 'environment canary: shadow']);
    expect(mode({ agent_id: 'x', environment: 'staging' })).toEqual(['soft', 'allow', null]);
    expect(mode({ agent_id: 'x' })).toEqual(['soft', 'allow', null]);
    expect(decideIn(extra, { ...saying('require_approval'), agent_id: undefined })).toMatchObject({
      ...{ mode: 'enforce', effective_decision: 'require_approval', segment: 'agent: cannot be told, enforced' },
    });
  });

  it('segments: the first that holds decides, one that cannot be told enforces, the share decides the rest', () => {
    const extra =
      'mode: partial\nrollout:\n  share: 0\n  segments:\n    - { name: tiny, when: n < 20.0, mode: shadow }\n    - { name: top, when: n > 60.0, mode: enforce }\n';
    const at = (n: unknown) => {
      const { mode, effective_decision, segment } = decideIn(extra, action({ parameters: { n } as never }));
      return [mode, effective_decision, segment];
    };
    expect(at(15)).toEqual(['shadow', 'allow', 'segment tiny: shadow']);
    expect(at(70)).toEqual(['enforce', 'require_approval', 'segment top: enforce']);
    expect(at(40)).toEqual(['partial', 'allow', 'share 0 %: out']);
    expect(at('much')).toEqual(['partial', 'deny', 'segment tiny: cannot be told, enforced']);
  });

  it('a share without an agent or a tenant is enforced', () => {
    const extra = 'mode: partial\nrollout: { share: 0 }';
    const nameless = { ...saying('require_approval'), agent_id: undefined };
    for (const decision of [decideIn(extra, nameless), decideIn(extra, saying('require_approval'), null)])
      expect(decision).toMatchObject({
        ...{ effective_decision: 'require_approval', segment: 'share 0 %: cannot be told, enforced' },
      });
  });

  interface Rollout {
    mode: string;
    share: number;
    agent: string | null;
    staging: string | null;
    segment: string | null;
    bypass: boolean;
  }
  const rollouts: fc.Arbitrary<Rollout> = fc.record({
    mode: fc.constantFrom('off', 'soft', 'shadow', 'partial', 'enforce'),
    share: fc.integer({ min: 0, max: 100 }),
    agent: fc.constantFrom('off', 'soft', 'shadow', 'partial', 'enforce', null),
    staging: fc.constantFrom('soft', 'shadow', 'partial', 'enforce', null),
    segment: fc.constantFrom('off', 'soft', 'shadow', 'partial', 'enforce', null),
    bypass: fc.boolean(),
  });
  const yamlOf = ({ mode, share, agent, staging, segment, bypass }: Rollout): string =>
    [
      `environments: { staging: { bypass: ${bypass}${staging ? `, mode: ${staging}` : ''} } }`,
      `rollout: { mode: ${mode}, share: ${share}${agent ? `, agents: { payer: { mode: ${agent} } }` : ''}${segment ? `, segments: [{ name: s, when: n > 20.0, mode: ${segment} }]` : ''} }`,
      'audit: { sample: { allowed: 0.5, approved: 0.5 }, gate: one }',
    ].join('\n');

  it('no rollout says anything that the table does not', () => {
    const verdicts = fc.constantFrom<Said>('allow', 'require_approval', 'deny');
    const places = fc.constantFrom('production', 'staging');
    fc.assert(
      fc.property(rollouts, verdicts, places, fc.string(), (rollout, said, environment, target) => {
        const decision = decideIn(yamlOf(rollout), saying(said, { environment, target }));
        if (decision.policy_name === 'built-in') return expect(decision.effective_decision).toBe('require_approval');
        const inside =
          decision.mode === 'enforce' || (decision.mode === 'partial' && !/out$/.test(decision.segment ?? ''));
        const outside = decision.mode === 'partial' && said !== 'deny' ? 'soft' : decision.mode;
        const row = TABLE[inside || outside === 'partial' ? 'enforce' : outside]![said];
        const lifted = inside && said === 'require_approval' && environment === 'staging' && rollout.bypass;
        expect(decision).toMatchObject({ policy_decision: said, bypass: lifted ? 'staging' : null });
        expect([
          decision.effective_decision,
          decision.gate?.name ?? null,
          decision.advisory_gate?.name ?? null,
        ]).toEqual(lifted ? ['allow', null, null] : row);
      }),
      { numRuns: 1_000 },
    );
  });

  it('nothing loosens a version that reviewers changed', () => {
    const verdicts = fc.constantFrom<Said>('allow', 'require_approval', 'deny');
    fc.assert(
      fc.property(rollouts, verdicts, (rollout, said) => {
        const changed = decideChanged(version(text(yamlOf(rollout))), saying(said, { environment: 'staging' }), known);
        const [effective, gate] = TABLE['enforce']![said];
        expect(changed).toMatchObject({ effective_decision: effective, advisory_gate: null, audit_gate: null });
        expect(changed).toMatchObject({ bypass: null, sample_probability: null });
        expect(changed.gate?.name ?? null).toBe(gate);
      }),
    );
  });

  it('production cannot bypass, whatever the mode', () => {
    expect(
      loadPolicy(text('mode: partial\nenvironments: { production: { bypass: true } }'), 'p.yaml').policy,
    ).toBeNull();
  });
});

describe('shadows', () => {
  const set = policySetOf([version(text())]);
  const watch = (watching: Circumstances['watching'], proposed = saying('require_approval')): Decision =>
    evaluate(set, 'acme', proposed, { ...known, watching });
  const looser = (number: number) => version(text().replace('n > 10.0', 'n > 90.0'), number);

  it('say what they would have said and change nothing', () => {
    const decision = watch([looser(2), version(text('', 'others').replace('gate: two', 'gate: three'), 7)]);
    const { shadows, ...rest } = decision;
    expect(rest).toEqual({ ...watch([]), shadows: undefined });
    expect(shadows).toEqual([
      { policy_name: 'pays', policy_version: 2, policy_decision: 'allow', rule: 'small', gate: null },
      { policy_name: 'others', policy_version: 7, policy_decision: 'require_approval', rule: 'medium', gate: 'three' },
    ]);
  });

  it('are not asked about other tenants and types, and at most five are', () => {
    expect(
      watch([version(text('tenant: globex')), version(text('', 'x').replaceAll('pay:', 'sell:'))]).shadows,
    ).toEqual([]);
    const six = [1, 2, 3, 4, 5, 6].map((number) => looser(number));
    expect(watch(six).shadows.map(({ policy_version }) => policy_version)).toEqual([1, 2, 3, 4, 5]);
  });

  it('cannot hurt by failing', () => {
    const good = looser(3);
    const throwing = {
      ...{ version: 2 },
      policy: new Proxy(good.policy, {
        get: (target, key) => {
          if (key === 'fallback' || key === 'driftGuard') throw new Error('broken');
          return Reflect.get(target, key) as unknown;
        },
      }),
    };
    expect(watch([throwing, good]).shadows.map(({ policy_version }) => policy_version)).toEqual([3]);
  });

  it('a policy in mode shadow beside another is recorded only; alone its actions run', () => {
    const strict = version(text('mode: shadow', 'strict').replace('then: allow', 'then: deny'), 9);
    const both = evaluate(policySetOf([version(text()), strict]), 'acme', saying('allow'), known);
    expect(both).toMatchObject({ policy_name: 'pays', mode: 'enforce', effective_decision: 'allow' });
    expect(both.shadows).toEqual([
      { policy_name: 'strict', policy_version: 9, policy_decision: 'deny', rule: 'small', gate: null },
    ]);
    expect(evaluate(policySetOf([strict]), 'acme', saying('allow'), known)).toMatchObject({
      ...{ policy_name: 'strict', mode: 'shadow', policy_decision: 'deny', effective_decision: 'allow', shadows: [] },
    });
  });
});

describe('random audits', () => {
  const AUDIT = 'audit: { sample: { allowed: 0.2, approved: 0.5 }, gate: one }';
  const sampleOf = (said: Said, action_id: string, extra = '') => {
    const { audit_gate, sample_probability } = decideIn(`${AUDIT}\n${extra}`, saying(said, { action_id }));
    return [audit_gate?.name ?? null, sample_probability];
  };

  it('record the probability in or out, the gate only when in, and draw alike for ever', () => {
    const drawn = ids.filter((id) => auditPlace(id) < 0.2);
    expect(drawn.length).toBeGreaterThan(0);
    for (const id of ids) expect(sampleOf('allow', id)).toEqual([drawn.includes(id) ? 'one' : null, 0.2]);
    const half = ids.filter((id) => auditPlace(id) < 0.5);
    for (const id of ids) expect(sampleOf('require_approval', id)).toEqual([half.includes(id) ? 'one' : null, 0.5]);
  });

  it('are drawn apart from the share of a partial rollout', () => {
    const extra = `${AUDIT}\nmode: partial\nrollout: { share: 50 }`;
    const many = Array.from({ length: 2_000 }, (_, n) =>
      decideIn(extra, saying('require_approval', { action_id: `same:${n}`, target: `same:${n}` })),
    );
    const bound = many.filter(({ segment }) => segment === 'share 50 %: in');
    const both = bound.filter(({ audit_gate }) => audit_gate !== null);
    expect(Math.abs(bound.length / many.length - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(both.length / many.length - 0.25)).toBeLessThan(0.05);
  });

  it('are drawn as the asked gate says, also where a bypass lifted it', () => {
    const own = text(AUDIT).replace(
      'two: { quorum: 2, roles: [r] }',
      'two: { quorum: 2, roles: [r], audit: { sample: 1 } }',
    );
    const policies = policySetOf([version(`${own}environments: { staging: { bypass: true } }\n`)]);
    const drawn = (said: Said, environment: string) => {
      const { audit_gate, sample_probability } = evaluate(policies, 'acme', saying(said, { environment }), known);
      return [audit_gate?.name ?? null, sample_probability];
    };
    expect(drawn('require_approval', 'production')).toEqual(['one', 1]);
    expect(drawn('require_approval', 'staging')).toEqual(['one', 1]);
    expect(drawn('allow', 'production')[1]).toBe(0.2);
    expect(drawn('deny', 'production')).toEqual([null, null]);
  });

  it('leave out what cannot be drawn: denials, policies in shadow, actions with an advisory request, a rate of 0', () => {
    expect(sampleOf('deny', 'act_1')).toEqual([null, null]);
    expect(sampleOf('allow', 'act_1', 'mode: shadow')).toEqual([null, null]);
    expect(sampleOf('require_approval', 'act_1', 'mode: soft')).toEqual([null, null]);
    expect(sampleOf('allow', 'act_1', 'mode: soft')[1]).toBe(0.2);
    const never = decideIn('audit: { sample: {}, gate: one }', saying('allow'));
    expect([never.audit_gate, never.sample_probability]).toEqual([null, null]);
  });
});

describe('drift guard', () => {
  const GUARD = 'drift_guard: { gate: one, evidence: 20 }';
  const at = (said: Said, evidence: number | null, extra = '') =>
    decideIn(`${GUARD}\n${extra}`, saying(said), { ...known, evidence: () => evidence });

  it('holds what has too little evidence at its gate, and the decision says so', () => {
    expect(at('allow', 3)).toMatchObject({
      ...{ policy_decision: 'require_approval', effective_decision: 'require_approval', rule: 'drift_guard' },
      ...{ gate: { name: 'one' }, unproven: 'payer v1 / m1 / pay: 3 of 20' },
    });
    expect(at('allow', null)).toMatchObject({ unproven: 'payer v1 / m1 / pay: unknown of 20', gate: { name: 'one' } });
    expect(at('allow', 3).trail.at(-1)).toMatchObject({ rule: 'drift_guard', gate: 'one' });
    expect(at('allow', 20)).toMatchObject({ effective_decision: 'allow', unproven: null, rule: 'small' });
  });

  it('never loosens: a stricter gate and a denial stand, and a mode binds it like a rule', () => {
    expect(at('require_approval', 0)).toMatchObject({
      rule: 'medium',
      gate: { name: 'two' },
      unproven: 'payer v1 / m1 / pay: 0 of 20',
    });
    expect(at('deny', 0)).toMatchObject({ rule: 'large', effective_decision: 'deny', unproven: null });
    expect(at('allow', 0, 'mode: soft')).toMatchObject({ effective_decision: 'allow', advisory_gate: { name: 'one' } });
  });

  it('does not speak where the rules are asked alone', () => {
    expect(decide(version(text(GUARD)), saying('allow'))).toMatchObject({
      effective_decision: 'allow',
      unproven: null,
    });
  });
});

describe('dry-run', () => {
  const dry = (diff: string, pattern = 'dry-run'): string =>
    text().replace('two: { quorum: 2', `two: { pattern: ${pattern}, ${diff} quorum: 2`);
  const by = (source: string, over: Partial<PolicyAction>): Decision =>
    evaluate(policySetOf([version(source)]), 'acme', saying('require_approval', over), known);
  const states = { before: { posts: 1 }, after: { posts: 2 } };

  it('denies an action without a diff where the gate demands one', () => {
    for (const over of [{}, { before: { posts: 1 } }, { after: { posts: 2 } }])
      expect(by(dry('diff: required,'), over)).toMatchObject({
        ...{ policy_decision: 'deny', effective_decision: 'deny', rule: 'diff_required', gate: null },
      });
    const [entry] = by(dry('diff: required,'), {}).trail.slice(-1);
    expect(entry).toMatchObject({ rule: 'diff_required', explanation: expect.stringContaining('`before`') as string });
    expect(by(dry('diff: required,'), states)).toMatchObject({ rule: 'medium', gate: { pattern: 'dry-run' } });
  });

  it('asks for none where the gate does not', () => {
    expect(by(dry(''), {})).toMatchObject({ effective_decision: 'require_approval' });
    expect(by(dry(''), {})).toMatchObject({ gate: { name: 'two' } });
  });
});
