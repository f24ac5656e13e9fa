import { GithubApi } from './github-api.js';
import { ruleEventOf, type RuleEvent } from './rule-event.js';
import { rulePayload, startGithub, type GithubStandIn } from './testing/github-stand-in.js';

const review = { environment_name: 'production', state: 'approved', comment: 'fine' } as const;
let github: GithubStandIn;
let event: RuleEvent;
beforeEach(async () => {
  github = await startGithub();
  event = ruleEventOf(rulePayload(github.app, 7)) as RuleEvent;
});
afterEach(() => github.close());

describe('answering GitHub', () => {
  it('signs in as the app, then reviews as its installation, with one token for many reviews', async () => {
    const api = new GithubApi(github.app);
    await expect(api.review(event, review)).resolves.toEqual({ result: 'sent' });
    await expect(api.review(event, review)).resolves.toEqual({ result: 'sent' });
    const path = '/repos/acme/shop/actions/runs/7/deployment_protection_rule';
    expect(github.reviewed).toEqual([1, 2].map(() => ({ path, body: review, status: 204 })));
    expect(github.tokens).toBe(1);
  });

  it('takes a new token when the old one is refused', async () => {
    const api = new GithubApi(github.app);
    await api.review(event, review);
    github.fail = [401];
    await expect(api.review(event, review)).resolves.toEqual({ result: 'again', status: 401 });
    await expect(api.review(event, review)).resolves.toEqual({ result: 'sent' });
    expect(github.tokens).toBe(2);
  });

  it.each([
    [502, 'again'],
    [429, 'again'],
    [403, 'again'],
    [404, 'gone'],
    [422, 'gone'],
  ])('an answer of %d means %s', async (status, result) => {
    github.fail = [status];
    await expect(new GithubApi(github.app).review(event, review)).resolves.toEqual({ result, status });
  });

  it('tries again later when GitHub is away or does not know the app yet', async () => {
    const wrong = new GithubApi({ ...github.app, appId: '1' });
    await expect(wrong.review(event, review)).resolves.toEqual({ result: 'again', status: 401 });
    await github.close();
    await expect(new GithubApi(github.app).review(event, review)).resolves.toEqual({ result: 'again', status: null });
  });

  it('sends no token to another address', async () => {
    const elsewhere = { ...event, callback_url: event.callback_url.replace('127.0.0.1', 'localhost') };
    await expect(new GithubApi(github.app).review(elsewhere, review)).resolves.toEqual({
      result: 'gone',
      status: null,
    });
    expect([github.tokens, github.reviewed]).toEqual([0, []]);
  });
});
