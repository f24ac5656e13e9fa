import { sha256 } from '@countersign/canonical';
import type { PolicyPublished } from '@countersign/events';
import { evaluate } from '@countersign/policy';
import type { PolicyAction } from '@countersign/policy';
import { PolicyHistory } from './policy-history.js';

const text = (name: string, quorum: number): string =>
  `name: ${name}\naction_types: { pay: {} }\ngates: { g: { quorum: ${quorum}, roles: [r] } }\nfallback: g\n`;

const published = (content: string, name = 'pay', tenant = '*'): PolicyPublished => ({
  ...{
    tenant,
    name,
    content,
    content_hash: sha256(content),
    author: 'ann',
    note: null,
    published_at: 0,
    parent: null,
    cases: null,
  },
});

const action: PolicyAction = {
  ...{
    action_type: 'pay',
    environment: 'production',
    target: null,
    on_behalf_of: null,
    agent_version: 'v',
    model_id: 'm',
  },
  ...{ confidence: null, parameters: {}, signals: null, before: null, after: null },
};

const speaks = (history: PolicyHistory, timeMs: number): [string, number] => {
  const { policy_name, policy_version } = evaluate(history.setAt(timeMs), 'acme', action);
  return [policy_name, policy_version];
};

describe('PolicyHistory', () => {
  it('numbers distinct contents in log order, and a copy is the same version', () => {
    const history = new PolicyHistory();
    const versions = [1, 1, 2, 1, 3].map(
      (quorum, index) => history.apply(published(text('pay', quorum)), index).version,
    );
    expect(versions).toEqual([1, 1, 2, 1, 3]);
    expect(history.find('acme', 'pay', 2)?.published.content).toBe(text('pay', 2));
    expect(history.find('acme', 'pay', 4)).toBeNull();
  });

  it('decides by the version that was active at the time, also when asked later', () => {
    const history = new PolicyHistory();
    history.apply(published(text('pay', 1)), 100);
    history.apply(published(text('pay', 2)), 200);
    history.apply(published(text('pay', 1)), 300);
    expect([100, 199, 200, 299, 300, 900].map((time) => speaks(history, time)[1])).toEqual([1, 1, 2, 2, 1, 1]);
    expect(history.list('acme').map(({ version, active }) => [version, active])).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  it('lets the first version speak for an action proposed before it was published', () => {
    const history = new PolicyHistory();
    expect(speaks(history, 50)).toEqual(['built-in', 1]);
    history.apply(published(text('default', 1), 'default'), 100);
    history.apply(published(text('pay', 1)), 101);
    expect(speaks(history, 50)).toEqual(['default', 1]);
    expect(evaluate(history.setAt(50), 'acme', { ...action, action_type: 'other' }).policy_name).toBe('default');
  });

  it("hides another tenant's policies", () => {
    const history = new PolicyHistory();
    history.apply(published(`${text('pay', 2)}tenant: globex\n`, 'pay', 'globex'), 1);
    expect(history.list('acme')).toEqual([]);
    expect(history.find('acme', 'pay', 1)).toBeNull();
    expect(history.speaker('globex', 'pay', 1)?.version).toBe(1);
    expect(speaks(history, 2)[0]).toBe('built-in');
  });

  it('keeps the last readable version when a later one cannot be read', () => {
    const history = new PolicyHistory();
    history.apply(published(text('pay', 1)), 1);
    expect(history.apply(published('name: pay\nunknown: true\n'), 2).policy).toBeNull();
    expect(speaks(history, 3)).toEqual(['pay', 1]);
    expect(history.speaker('acme', 'pay', 2)).toBeNull();
  });
});
