import { SdkError } from '@countersign/sdk';
import { Deliveries, readDelivery, refusalOf } from './deliveries.js';
import { isProposalOf, ruleFacts, ruleKey, ruleProposal } from './rule-proposal.js';
import { ruleEventOf } from './rule-event.js';
import { rulePayload } from './testing/github-stand-in.js';
import type { GithubApp } from './github.config.js';
import { actionId } from '@countersign/canonical';
import { digestOfAction, type ActionDocument } from '@countersign/sdk';

const payload = rulePayload({ apiUrl: 'https://api.github.com' } as GithubApp, 7);
const read = (body: unknown, type = 'application/json') =>
  readDelivery('deployment_protection_rule', type, Buffer.from(JSON.stringify(body)));

describe('a delivery of GitHub', () => {
  it('is read whatever else it holds, also what strict JSON refuses', () => {
    const odd = { ...payload, id: 2 ** 60, note: '\ud83d', many: Array.from({ length: 100_000 }, () => 'x') };
    expect(read(odd)).toMatchObject({ event: { repository: 'acme/shop' } });
  });

  it.each([
    ['deployment', '/deployment/id'],
    ['installation', '/installation/id'],
    ['repository', '/repository/full_name'],
    ['environment', '/environment'],
    ['deployment_callback_url', '/deployment_callback_url'],
  ])('without %s, which its schema lets be absent, is refused with the name of the member', (name, member) => {
    const { [name]: _left, ...rest } = payload as Record<string, unknown>;
    for (const body of [rest, { ...rest, [name]: null }, { ...rest, [name]: 0 }, { ...rest, [name]: [] }])
      expect(read(body)).toMatchObject({ status: 422, member });
  });

  it('names the first hundred of any number of pull requests', () => {
    const pull_requests = Array.from({ length: 60_000 }, (_, nth) => ({ id: nth, number: nth + 1 }));
    const found = read({ ...payload, pull_requests });
    expect('event' in found && found.event.pull_requests).toHaveLength(100);
  });

  it.each<[string, object]>([
    ['/environment', { environment: 'e'.repeat(256) }],
    ['/event', { event: 'e'.repeat(1_000_000) }],
    ['/deployment/ref', { deployment: { id: 1, sha: 'a', ref: 'r'.repeat(4_097) } }],
    ['/deployment/sha', { deployment: { id: 1, sha: 'a'.repeat(65), ref: 'r' } }],
    ['/repository/full_name', { repository: { full_name: `acme/${'s'.repeat(200)}` } }],
    ['/deployment_callback_url', { deployment_callback_url: `https://api.github.com/${'x'.repeat(2_048)}` }],
  ])('with a %s that no action carries is refused with its name', (member, more) => {
    expect(read({ ...payload, ...more })).toMatchObject({ status: 422, member });
  });

  it('that is taken is accepted at its longest', () => {
    const deployment = { id: 1, sha: 'a'.repeat(64), ref: 'r'.repeat(4_096) };
    expect(read({ ...payload, environment: 'e'.repeat(255), deployment })).toHaveProperty('event');
  });

  it('with only what its schema requires is refused with the name of a member', () => {
    expect(read({ action: 'requested', repository: { full_name: 'acme/shop' }, sender: {} })).toMatchObject({
      ...{ status: 422, member: '/environment' },
    });
  });

  it.each<[string, () => unknown, number]>([
    ['a form', () => read(payload, 'application/x-www-form-urlencoded'), 415],
    ['no JSON', () => readDelivery('deployment_protection_rule', 'application/json', Buffer.from('{')), 400],
    ['a list', () => read([]), 422],
    ['null', () => read(null), 422],
  ])('that is %s is refused', (_name, work, status) => expect(work()).toMatchObject({ status }));

  it('of another event or action is none of ours', () => {
    expect(readDelivery('ping', undefined, Buffer.from(''))).toEqual({ ignored: 'ping' });
    expect(read({ ...payload, action: 'created' })).toEqual({ ignored: 'created' });
    expect(read({ ...payload, action: undefined })).toHaveProperty('event');
  });

  it('is sent again where that helps, and named where it does not', () => {
    const problem = (status: number, pointer?: string) => ({ type: '', title: '', status, pointer });
    const refused = new SdkError('too_large', 'send less', { problem: problem(413, '/parameters') });
    expect(refusalOf(refused)).toMatchObject({ status: 422, member: '/parameters' });
    expect(refusalOf(new SdkError('wrong_use', 'half a character'))).toMatchObject({ status: 422 });
    for (const fault of [
      new SdkError('unreachable', ''),
      new SdkError('x', '', { problem: problem(429) }),
      new Error(),
    ])
      expect(refusalOf(fault)).toMatchObject({ status: 503 });
  });

  it('is counted by what became of it', async () => {
    const deliveries = new Deliveries();
    deliveries.refused({ status: 422, why: '', member: '/installation/id' });
    deliveries.proposed();
    const text = await deliveries.registry.metrics();
    expect(text).toContain('countersign_github_deliveries_total{result="refused_422",member="/installation/id"} 1');
  });
});

describe('an action of a deployment that waits', () => {
  const options = { agentId: 'deploy-agent', actionType: 'deployment', tenant: 'acme' };
  const event = ruleEventOf(payload)!;
  const id = actionId('acme', 'deploy-agent', ruleKey(event));
  const document = (action_id: string, digest: string) => ({ action_id, effective: { digest } }) as ActionDocument;
  const right = digestOfAction(ruleFacts(event, options));

  it('is known by its id and by the digest of the whole proposal', () => {
    expect(isProposalOf(document(id, right), event, options)).toBe(true);
  });

  it('is no other, though it holds the same parameters', () => {
    const staging = digestOfAction({ ...ruleFacts(event, options), environment: 'staging' });
    expect(isProposalOf(document(id, staging), event, options)).toBe(false);
    expect(isProposalOf(document(actionId('acme', 'deploy-agent', 'k'), right), event, options)).toBe(false);
    expect(ruleProposal(event, options).environment).toBe('production');
  });
});
