import type { ActionProposed } from '@countersign/events';
import { decidingDocument } from './action-document.js';
import { admit } from './admit.js';
import { RecentProposals } from './recent-proposals.js';

const proposer = { id: 'a', tenant: 't', environments: ['production'], operators: [] };
const termsOf = () => ({ sensitive: [], context: 'keep' as const, required: [], after: [], amounts: [] });
const action = (key: string, parameters = {}): ActionProposed => {
  const body = {
    run_id: 'r',
    agent: { id: 'a', version: '1' },
    model: { id: 'm' },
    action_type: 'x',
    environment: 'production',
    parameters,
  };
  return admit({ body, idempotency_key: key, via: 'http' }, proposer, { keys: {}, termsOf, nowMs: 0 });
};

describe('recent proposals', () => {
  it('show the document until approval knows better', () => {
    const recent = new RecentProposals();
    const one = action('k', { a: 1 });
    recent.add(one, Promise.resolve(false), 0);
    const found = recent.get(one.action_id);
    expect(found).toMatchObject({ tenant: 't', agent_id: 'a', body_hash: one.body_hash });
    expect(found && decidingDocument(found.deciding)).toMatchObject({
      ...{ status: 'deciding', digest: one.digest, grant: null },
      effective: { parameters: { a: 1 }, changed: false },
    });
  });

  it('forget what was not appended, so that a retry starts anew', async () => {
    const recent = new RecentProposals();
    const one = action('k');
    const appended = Promise.reject(new Error('down'));
    recent.add(one, appended, 0);
    await expect(appended).rejects.toThrow('down');
    expect(recent.get(one.action_id)).toBeNull();
  });

  it('are forgotten after a minute', () => {
    const recent = new RecentProposals();
    const [one, two] = [action('1'), action('2')];
    recent.add(one, Promise.resolve(false), 0);
    recent.add(two, Promise.resolve(false), 60_000);
    expect([recent.get(one.action_id), recent.get(two.action_id)?.action_id]).toEqual([null, two.action_id]);
  });

  it('never hold more than a fixed amount, however large they are', () => {
    const recent = new RecentProposals();
    const actions = Array.from({ length: 200 }, (_item, i) => action(`k${i}`, { a: 'x'.repeat(250_000) }));
    for (const one of actions) recent.add(one, Promise.resolve(false), 0);
    const kept = actions.filter((one) => recent.get(one.action_id) !== null);
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.length).toBeLessThan(140);
    expect(kept.at(-1)).toBe(actions.at(-1));
  });
});
