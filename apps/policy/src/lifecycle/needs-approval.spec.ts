import { sha256 } from '@countersign/canonical';
import type { PolicyPublished, PolicyStateChanged } from '@countersign/events';
import { PolicyHistory } from '@countersign/policy';
import { loosens, needsApproval } from './needs-approval.js';
import { subjectOf } from './subject.js';

const text = (quorum: number, more = ''): string =>
  `name: pay\naction_types: { pay: {} }\ngates: { g: { quorum: ${quorum}, roles: [r] } }\nfallback: g\n${more}`;
const published = (content: string): PolicyPublished => ({
  ...{ tenant: 'acme', name: 'pay', content, content_hash: sha256(content), author: 'ann', note: null },
  ...{ published_at: 0, parent: null, cases: null },
});

/** Version 1 active, version 2 a draft. */
function history(mode: PolicyStateChanged['mode'] = null): PolicyHistory {
  const made = new PolicyHistory();
  const first = published(text(1));
  made.publish(first, 1);
  made.publish(published(text(2)), 2);
  const { tenant, name, content_hash } = first;
  const change = { tenant, name, content_hash, version: 1, state: 'active', mode } as const;
  made.change({ ...change, by: 'ann', reason: null, action_id: null, changed_at: 3 }, 3);
  return made;
}

describe('people must approve', () => {
  it.each([
    ['activation of another version', 2, { state: 'active', mode: null }, true],
    ['its activation in a soft mode too', 2, { state: 'active', mode: 'soft' }, true],
    ['watching in shadow', 2, { state: 'shadow', mode: null }, false],
    ['retiring a draft', 2, { state: 'retired', mode: null }, false],
    ['retiring the active version', 1, { state: 'retired', mode: null }, true],
    ['sending the active version to watch', 1, { state: 'shadow', mode: null }, true],
    ['sending the active version back to its author', 1, { state: 'draft', mode: null }, true],
    ['letting the active version bind less', 1, { state: 'active', mode: 'soft' }, true],
  ] as const)('%s', (_what, version, wanted, needed) => {
    expect(needsApproval(subjectOf(history(), 'acme', 'pay', version), wanted)).toBe(needed);
  });

  it('is not so where the active version binds more', () => {
    const soft = subjectOf(history('soft'), 'acme', 'pay', 1);
    expect(needsApproval(soft, { state: 'active', mode: 'enforce' })).toBe(false);
    expect(needsApproval(soft, { state: 'active', mode: null })).toBe(false);
    expect(needsApproval(soft, { state: 'active', mode: 'shadow' })).toBe(true);
  });

  it('is so wherever some action would be bound less', () => {
    const content = text(1, 'mode: soft\nenvironments: { production: { mode: enforce } }\n');
    const made = new PolicyHistory();
    const { policy } = made.publish(published(content), 1);
    if (policy === null) throw new Error('the policy of this spec is not valid');
    expect(loosens(policy, null, 'partial')).toBe(true);
    expect(loosens(policy, null, 'enforce')).toBe(false);
    expect(loosens(policy, 'enforce', null)).toBe(true);
  });
});
