import type { Decision, PolicyAction } from '@countersign/policy';
import { evaluate, PolicyHistory, policySetOf } from '@countersign/policy';
import { sha256 } from '@countersign/canonical';
import { guardChange } from './change-guard.js';
import { ChangeSeal } from './change-seal.js';

const [former, newest] = ['aa'.repeat(32), 'bb'.repeat(32)];
const seal = new ChangeSeal({ policy: [former, newest] });
const stated = {
  ...{ tenant: 'acme', target: 'policy:pay' },
  parameters: { policy: 'pay', version: 1, proposed_by: 'una', changes: ['quorum rises'], evidence: { check: 'fine' } },
  ...{ before: { version: null, content: null }, after: { version: 1, content: 'name: pay' } },
};
const sealed = { ...stated, parameters: { ...stated.parameters, seal: seal.of(stated) } };

describe('the seal of a change', () => {
  it('fits what the service stated, with each of its keys', () => {
    expect(seal.holds(sealed)).toBe(true);
    const older = { ...stated.parameters, seal: new ChangeSeal({ policy: former }).of(stated) };
    expect(seal.holds({ ...stated, parameters: older })).toBe(true);
    const others = { ...stated.parameters, seal: new ChangeSeal({ policy: 'cc'.repeat(32) }).of(stated) };
    expect(seal.holds({ ...stated, parameters: others })).toBe(false);
  });

  it.each<[string, object]>([
    ['other words', { parameters: { ...sealed.parameters, changes: ['nothing changes'] } }],
    ['other evidence', { parameters: { ...sealed.parameters, evidence: null } }],
    ['another member', { parameters: { ...sealed.parameters, note: 'reviewed already' } }],
    ['another proposer', { parameters: { ...sealed.parameters, proposed_by: 'ria' } }],
    ['another content', { after: { version: 1, content: 'name: pay # harmless' } }],
    ['nothing before', { before: null }],
    ['another target', { target: 'policy:other' }],
    ['another tenant', { tenant: 'globex' }],
    ['no seal', { parameters: stated.parameters }],
    ['a seal of another kind', { parameters: { ...stated.parameters, seal: 7 } }],
    ['a seal of another length', { parameters: { ...stated.parameters, seal: 'ä' } }],
    ['no parameters', { parameters: null }],
  ])('does not fit with %s', (_what, other) => {
    expect(seal.holds({ ...sealed, ...other })).toBe(false);
  });
});

describe('a change of policy', () => {
  const history = new PolicyHistory();
  const content = 'name: pay\naction_types: { pay: {} }\ngates: { g: { quorum: 1, roles: [r] } }\nfallback: g\n';
  const facts = { tenant: 'acme', name: 'pay', content, content_hash: sha256(content), author: 'tea', note: null };
  history.publish({ ...facts, published_at: 0, parent: null, cases: null }, 0);
  const action: PolicyAction = {
    ...{ action_type: 'policy_change', environment: 'production', on_behalf_of: null, agent_version: 'v' },
    ...{ model_id: 'm', confidence: null, signals: null },
    ...{ target: sealed.target, parameters: sealed.parameters, before: sealed.before, after: sealed.after },
  };
  const guarded = (over: Partial<PolicyAction> = {}): Decision => {
    const changed = { ...action, ...over };
    const decision = evaluate(policySetOf([]), 'acme', changed);
    return guardChange(decision, { facts: changed, tenant: 'acme', operators: ['oli'] }, { history, seal });
  };

  it('is for neither its author, nor who proposed it, nor who operates the agent', () => {
    expect(guarded()).toMatchObject({ effective_decision: 'require_approval', rule: null });
    expect(guarded().gate).toMatchObject({ exclude: ['tea', 'una', 'oli'], permit: [] });
  });

  it('is denied where somebody else worded it, whatever the rules say', () => {
    for (const over of [{ after: { version: 1, content: 'x' } }, { parameters: { policy: 'pay', version: 1 } }])
      expect(guarded(over)).toMatchObject({
        ...{ policy_decision: 'deny', effective_decision: 'deny', gate: null, rule: 'change_not_stated' },
      });
    expect(guarded({ action_type: 'other' })).toMatchObject({ effective_decision: 'require_approval', rule: null });
  });
});
