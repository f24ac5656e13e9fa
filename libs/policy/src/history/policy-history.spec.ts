import { sha256 } from '@countersign/canonical';
import type { PolicyPublished, PolicyStateChanged } from '@countersign/events';
import type { PolicyAction } from '../action.js';
import { evaluate } from '../policy-set.js';
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

let approvals = 0;
/** A change of state by an approval of its own. */
const changed = (quorum: number, state: PolicyStateChanged['state'], more = {}): PolicyStateChanged => ({
  ...{ tenant: '*', name: 'pay', content_hash: sha256(text('pay', quorum)), version: 0, state, mode: null },
  ...{ by: 'ann', reason: null, action_id: `act_${(approvals += 1)}`, changed_at: 0, ...more },
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

  describe('a version in its life', () => {
    /** Version 1 active from 100 on, 2 and 3 drafts, published at 200. */
    const drafted = (): PolicyHistory => {
      const history = new PolicyHistory();
      history.apply(published(text('pay', 1)), 100);
      history.publish(published(text('pay', 2)), 200);
      history.publish(published(text('pay', 3)), 200);
      return history;
    };
    const states = (history: PolicyHistory): string[] => history.list('acme').map(({ standing }) => standing.state);
    const shadows = (history: PolicyHistory, timeMs: number): number[] =>
      history.shadowsAt(timeMs).map(({ version }) => version);

    it('waits as a draft, watches beside others, speaks alone, and retires', () => {
      const history = drafted();
      expect(states(history)).toEqual(['active', 'draft', 'draft']);
      history.change(changed(2, 'shadow'), 300);
      history.change(changed(3, 'shadow'), 310);
      expect(states(history)).toEqual(['active', 'shadow', 'shadow']);
      history.change(changed(3, 'active'), 400);
      expect(states(history)).toEqual(['retired', 'shadow', 'active']);
      expect([299, 300, 310, 399, 400].map((time) => shadows(history, time))).toEqual([[], [2], [2, 3], [2, 3], [2]]);
      expect([99, 300, 399, 400, 900].map((time) => speaks(history, time)[1])).toEqual([1, 1, 1, 3, 3]);
    });

    it('changes once by an approval: its record again, whatever it says, changes nothing for ever', () => {
      const history = new PolicyHistory();
      history.apply(published(text('pay', 1)), 100);
      history.publish(published(text('pay', 2)), 110);
      const toSecond = changed(2, 'active');
      expect(history.isSpent(toSecond.action_id ?? '')).toBe(false);
      expect(history.change(toSecond, 120)?.version).toBe(2);
      expect(history.change(changed(1, 'active'), 130)?.version).toBe(1);
      expect(history.isSpent(toSecond.action_id ?? '')).toBe(true);
      expect(history.change(toSecond, 140)).toBeNull();
      expect(history.change({ ...toSecond, mode: 'soft', changed_at: 9 }, 150)).toBeNull();
      expect(speaks(history, 200)).toEqual(['pay', 1]);
    });

    it('comes back in one step', () => {
      const history = drafted();
      history.change(changed(2, 'active'), 300);
      history.change(changed(1, 'active'), 400);
      expect(states(history)).toEqual(['active', 'retired', 'draft']);
      expect([300, 400].map((time) => speaks(history, time)[1])).toEqual([2, 1]);
    });

    it('leaves the word to the default when the active one retires', () => {
      const history = drafted();
      history.change(changed(1, 'retired'), 300);
      expect([299, 300].map((time) => speaks(history, time)[0])).toEqual(['pay', 'built-in']);
    });

    it('does not speak before an approved change made it active for the first time', () => {
      const history = new PolicyHistory();
      history.publish(published(text('pay', 1)), 100);
      expect(speaks(history, 100)[0]).toBe('built-in');
      history.change(changed(1, 'active'), 200);
      expect([150, 200].map((time) => speaks(history, time)[0])).toEqual(['built-in', 'pay']);
    });

    it('takes the mode of its activation in place of its own, in every environment', () => {
      const history = drafted();
      history.change(changed(2, 'active', { mode: 'soft' }), 300);
      const { mode, effective_decision } = evaluate(history.setAt(300), 'acme', action);
      expect([mode, effective_decision]).toEqual(['soft', 'allow']);
      expect(evaluate(history.setAt(299), 'acme', action).mode).toBe('enforce');
      history.change(changed(2, 'active'), 400);
      expect(evaluate(history.setAt(400), 'acme', action).mode).toBe('enforce');
    });

    it('is not moved by a record about a content that is not known, nor into a state that is not', () => {
      const history = drafted();
      expect(history.change(changed(9, 'active'), 300)).toBeNull();
      expect(history.change(changed(2, 'unknown'), 300)).toBeNull();
      expect(states(history)).toEqual(['active', 'draft', 'draft']);
    });

    it('may get other cases; its number, state and author stay', () => {
      const history = drafted();
      history.publish({ ...published(text('pay', 1)), author: 'eve', cases: 'cases: []' }, 300);
      history.publish(published(text('pay', 1)), 310);
      const [first] = history.list('acme');
      expect(first).toMatchObject({ version: 1, active: true, published: { author: 'ann', cases: 'cases: []' } });
    });

    it('does not speak when it cannot be read, and the one before it goes on', () => {
      const history = drafted();
      const broken = published('name: pay\nunknown: true\n');
      history.publish(broken, 300);
      expect(history.change(changed(0, 'active', { content_hash: broken.content_hash }), 310)).toBeNull();
      expect(speaks(history, 320)[1]).toBe(1);
    });
  });
});
