import { sha256 } from '@countersign/canonical';
import { loadPolicy, PolicyHistory } from '@countersign/policy';
import type { PolicyFile } from './policy-files.js';
import { factsOfFolder, waitingFiles } from './policy-folder.js';

function fileOf(quorum: number, cases = 'cases: []\n'): PolicyFile {
  const content = `name: pay\naction_types: { pay: {} }\ngates: { g: { quorum: ${quorum}, roles: [r] } }\nfallback: g\n`;
  const { policy } = loadPolicy(content, 'pay.yaml');
  if (policy === null) throw new Error('the policy of this spec is not valid');
  return { file: 'pay.yaml', content, content_hash: sha256(content), policy, cases };
}

/** Starts with this file again and again; what it adds goes to the history. @returns the facts' names */
function startWith(history: PolicyHistory, quorum: number, follow: boolean): string[] {
  const facts = factsOfFolder([fileOf(quorum)], history, { operator: 'oli', follow, nowMs: 1 });
  for (const { name, event } of facts)
    if (name === 'PolicyPublished') history.publish(event, 1);
    else if (name === 'PolicyStateChanged') history.change(event, 1);
  return facts.map(({ name }) => name);
}

const states = (history: PolicyHistory): string[] => history.list('acme').map(({ standing }) => standing.state);
const BOTH = ['PolicyPublished', 'PolicyStateChanged'];

describe('the start-up folder', () => {
  it("makes a policy's first version active at once, in the operator's name", () => {
    const history = new PolicyHistory();
    expect(startWith(history, 1, false)).toEqual(BOTH);
    const [first] = history.list('acme');
    expect(first).toMatchObject({ active: true, standing: { by: 'oli', action_id: null } });
    expect(first?.published).toMatchObject({ author: 'oli', parent: null, cases: 'cases: []\n' });
    expect(startWith(history, 1, false)).toEqual([]);
  });

  it('keeps a changed file as a draft and names it', () => {
    const history = new PolicyHistory();
    startWith(history, 1, false);
    expect(startWith(history, 2, false)).toEqual(['PolicyPublished']);
    expect(states(history)).toEqual(['active', 'draft']);
    expect(history.list('acme')[1]?.published.parent).toBe(fileOf(1).content_hash);
    expect(waitingFiles([fileOf(2)], history)).toEqual([{ file: 'pay.yaml', policy: 'pay', version: 2 }]);
    expect(startWith(history, 2, false)).toEqual([]);
    expect(startWith(history, 2, true)).toEqual(['PolicyStateChanged']);
    expect(waitingFiles([fileOf(2)], history)).toEqual([]);
  });

  it('publishes again when only the cases changed', () => {
    const history = new PolicyHistory();
    startWith(history, 1, false);
    const facts = factsOfFolder([fileOf(1, 'cases: [x]\n')], history, { operator: 'oli', follow: true, nowMs: 2 });
    expect(facts.map(({ name }) => name)).toEqual(['PolicyPublished']);
  });

  it('is followed where the operator says so, also back to an earlier content', () => {
    const history = new PolicyHistory();
    startWith(history, 1, true);
    expect(startWith(history, 2, true)).toEqual(BOTH);
    expect(startWith(history, 1, true)).toEqual(['PolicyStateChanged']);
    expect(states(history)).toEqual(['active', 'retired']);
  });

  it('does not undo an approved change as long as nobody edits the file', () => {
    const history = new PolicyHistory();
    startWith(history, 1, true);
    const { content_hash, content } = fileOf(2);
    const author = { author: 'ann', note: null, published_at: 2, parent: null, cases: null };
    history.publish({ tenant: '*', name: 'pay', content_hash, content, ...author }, 2);
    const change = { tenant: '*', name: 'pay', content_hash, version: 2, state: 'active', mode: null } as const;
    history.change({ ...change, by: 'agent', reason: null, action_id: 'act_1', changed_at: 3 }, 3);
    expect(startWith(history, 1, true)).toEqual([]);
    expect(states(history)).toEqual(['retired', 'active']);
    expect(startWith(history, 3, true)).toEqual(BOTH);
  });
});
