import { isCallbackOf, isFromGithub, ruleEventOf } from './rule-event.js';
import { ruleFacts, ruleKey, ruleProposal } from './rule-proposal.js';
import { rulePayload } from './testing/github-stand-in.js';
import type { GithubApp } from './github.config.js';

const app = { apiUrl: 'https://api.github.com' } as GithubApp;
const payload = rulePayload(app, 7);
const event = ruleEventOf(payload);

describe('the webhook of a deployment protection rule', () => {
  it('is known by its signature: the example of the documentation', () => {
    const header = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const body = Buffer.from('Hello, World!');
    const secret = "It's a Secret to Everybody";
    expect(isFromGithub(body, header, secret)).toBe(true);
    expect(isFromGithub(Buffer.from('Hello, World?'), header, secret)).toBe(false);
    for (const wrong of [undefined, '', 'sha256=', header.slice(7), header.toUpperCase(), `${header}00`])
      expect(isFromGithub(body, wrong, secret)).toBe(false);
    expect(isFromGithub(body, header, 'another')).toBe(false);
  });

  it('is read with what is needed to answer it', () => {
    expect(event).toMatchObject({
      repository: 'acme/shop',
      deployment_id: 70,
      installation_id: 4711,
      pull_requests: [7],
    });
    for (const member of ['deployment', 'installation', 'repository', 'environment', 'deployment_callback_url'])
      expect(ruleEventOf({ ...payload, [member]: null })).toBeNull();
    expect(ruleEventOf({ ...payload, installation: { id: '4711' } })).toBeNull();
    expect(ruleEventOf(null)).toBeNull();
  });

  it('is one action for each deployment that waits', () => {
    if (event === null) throw new Error('no event');
    expect(ruleKey(event)).toBe(ruleKey({ ...event }));
    expect(ruleKey(event)).not.toBe(ruleKey({ ...event, deployment_id: 71 }));
    expect(ruleKey(event)).not.toBe(ruleKey({ ...event, environment: 'staging' }));
  });

  it.each([
    ['production', 'production'],
    ['Staging', 'staging'],
    ['eu-west live', 'production'],
  ])('of the environment %s is treated as %s', (name, environment) => {
    const options = { agentId: 'deploy-agent', actionType: 'deployment', tenant: 'acme' };
    const proposal = ruleProposal({ ...(event as never as object), environment: name } as never, options);
    expect(proposal).toMatchObject({ environment, parameters: { environment: name }, run_id: 'github-acme/shop-7' });
    expect(ruleFacts(proposal.parameters as never, options).parameters).toEqual(proposal.parameters);
  });
});

describe('a callback address', () => {
  const path = '/repos/acme/shop/actions/runs/7/deployment_protection_rule';
  it('is that of a run of the repository at the configured API', () => {
    expect(isCallbackOf('acme/shop', app.apiUrl + path, app.apiUrl)).toBe(true);
    expect(isCallbackOf('acme/shop', `https://ghe.acme/api/v3${path}`, 'https://ghe.acme/api/v3')).toBe(true);
  });

  it.each([
    `https://evil.example${path}`,
    `https://api.github.com.evil.example${path}`,
    `https://api.github.com@evil.example${path}`,
    `http://api.github.com${path}`,
    'https://api.github.com/repos/acme/other/actions/runs/7/deployment_protection_rule',
    'https://api.github.com/repos/acme/shop/actions/runs/7/../../../../../user/deployment_protection_rule',
    'https://api.github.com/repos/acme/shop/actions/runs/7/deployment_protection_rule?x=1',
    'https://api.github.com/repos/acme/shop/actions/runs/7/cancel',
  ])('is not %s', (address) => {
    expect(isCallbackOf('acme/shop', address, app.apiUrl)).toBe(false);
  });

  it('is of no repository that leads elsewhere', () => {
    for (const name of ['..', '../..', 'acme/..', 'acme', 'acme/shop/x', 'acme/sh op'])
      expect(
        isCallbackOf(name, `${app.apiUrl}/repos/${name}/actions/runs/7/deployment_protection_rule`, app.apiUrl),
      ).toBe(false);
  });
});
