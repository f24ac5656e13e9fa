import { CountersignError } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { admit } from './admit.js';
import { checkLinks } from './check-links.js';
import { RecentProposals } from './recent-proposals.js';

const proposer = { id: 'a', tenant: 't', environments: ['production'], operators: [] };
const termsOf = () => ({ sensitive: [], context: 'keep' as const, required: [], after: [], amounts: [] });
const action = (key: string, supersedes: string | null = null): ActionProposed => {
  const names = { run_id: 'r', agent: { id: 'a', version: '1' }, model: { id: 'm' }, action_type: 'x' };
  const body = { ...names, environment: 'production', parameters: {}, supersedes };
  return admit({ body, idempotency_key: key, via: 'http' }, proposer, { keys: {}, termsOf, nowMs: 0 });
};
/** An approval service that knows no action. */
const nobody = { watch: () => Promise.reject(new CountersignError('not_found', 'no such action')) };
const refused = { code: 'not_found', details: { pointer: '/supersedes' } };

describe('links', () => {
  it('name what is in the log, also a moment ago', async () => {
    const recent = new RecentProposals();
    const earlier = action('k-1');
    recent.add(earlier, Promise.resolve(false), 0);
    await Promise.resolve();
    await expect(checkLinks(action('k-2', earlier.action_id), { approval: nobody, recent })).resolves.toBeUndefined();
  });

  it('do not name the action itself', async () => {
    const recent = new RecentProposals();
    const own = action('k-1', action('k-1').action_id);
    recent.add(own, new Promise(() => undefined), 0);
    await expect(checkLinks(own, { approval: nobody, recent })).rejects.toMatchObject(refused);
  });

  it('do not name what is on its way and may be refused', async () => {
    const recent = new RecentProposals();
    const [one, other] = [action('k-1'), action('k-2')];
    recent.add(action('k-1', other.action_id), new Promise(() => undefined), 0);
    recent.add(action('k-2', one.action_id), new Promise(() => undefined), 0);
    await expect(checkLinks(action('k-1', other.action_id), { approval: nobody, recent })).rejects.toMatchObject(
      refused,
    );
    await expect(checkLinks(action('k-2', one.action_id), { approval: nobody, recent })).rejects.toMatchObject(refused);
  });
});
