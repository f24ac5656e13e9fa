import type { ActionDocument } from '@countersign/sdk';
import { readRequest } from '../../apps/cli/src/shared/vote.js';
import { Browser, fieldOf } from './support/browser.js';
import type { Seen } from './support/browser.js';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';

const SESSION = 'countersign_session';
const EVIL = 'https://evil.example';

describe("the reviewers' page", () => {
  let ann: Browser;
  let action: ActionDocument;
  let path = '';
  let form: Record<string, string> = {};

  const page = (): Browser => new Browser(world().local.approval_url);
  const given = async (): Promise<unknown> => {
    const request = await readRequest(await world().person('bob'), action.request?.request_id ?? '');
    return (request['approvals'] as { given: number }).given;
  };
  /** The form of the vote as the page of this browser has it. */
  const formOf = (seen: Seen): Record<string, string> => ({
    ...{ csrf: fieldOf(seen, 'csrf'), packet_digest: fieldOf(seen, 'packet_digest') },
    ...{ vote: 'approve', reason: 'verified receipt' },
  });

  beforeAll(async () => {
    action = await world().decided(refund('6000.00'));
    path = `/page/requests/${action.request?.request_id}`;
    ann = page();
    await ann.signIn('ann');
    form = formOf(await ann.get(path));
  });

  it('is signed in to by code and PKCE, and the session is out of reach of scripts', async () => {
    const browser = page();
    const { headers } = await browser.get('/page/sign-in');
    const asked = new URL(headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' });
    for (const name of ['code_challenge', 'state', 'nonce']) expect(asked.get(name)?.length).toBeGreaterThan(20);
    expect(headers.getSetCookie().join()).toMatch(/HttpOnly.*SameSite=Lax/);
    expect((await browser.signIn('ann')).text).toContain('Ann Ahlers');
    // A JWE of five parts: nothing in it can be read or changed.
    expect(browser.cookies.get(SESSION)?.split('.')).toHaveLength(5);
  });

  it('takes no answer of a sign-in that this browser did not begin', async () => {
    const [mallory, victim] = [page(), page()];
    const begun = await mallory.follow(await mallory.get('/page/sign-in'));
    expect(begun.at).toContain('/login/');
    await victim.get('/page/sign-in');
    const forged = await victim.get('/page/callback?code=stolen&state=guessed');
    expect(forged.status).toBe(401);
    expect((await page().get('/page/callback?code=stolen&state=guessed')).status).toBe(401);
    expect(victim.cookies.has(SESSION)).toBe(false);
  });

  it('cannot be framed, runs no script, and tells no other site where it was', async () => {
    const { headers, text } = await ann.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|script-src/);
    expect(Object.fromEntries(headers)).toMatchObject({
      ...{ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
      ...{ 'referrer-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin' },
      'permissions-policy': expect.stringContaining('camera=()'),
    });
    expect(text).not.toMatch(/<script|\son\w+=/i);
  });

  it.each([
    ['another site', { origin: EVIL, 'sec-fetch-site': 'cross-site' }],
    ['another site, to a browser without Fetch Metadata', { origin: EVIL }],
    ['a frame that hides its origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { 'sec-fetch-site': 'same-site' }],
    ['nowhere: neither Origin nor Fetch Metadata', {}],
  ])('takes no vote that comes from %s, even with a stolen form', async (_where, from: Record<string, string>) => {
    expect((await ann.post(path + '/votes', form, from)).status).toBe(403);
    await expect(given()).resolves.toBe(0);
  });

  it.each([
    ['without the value of the session', { csrf: '' }],
    ['with a made-up value', { csrf: 'A'.repeat(43) }],
  ])('takes no form %s', async (_what, instead) => {
    expect((await ann.post(path + '/votes', { ...form, ...instead })).status).toBe(403);
    await expect(given()).resolves.toBe(0);
  });

  it("takes no form of another person's session", async () => {
    const mallory = page();
    await mallory.signIn('nob');
    const other = formOf(await mallory.get(path));
    expect((await ann.post(path + '/votes', { ...form, csrf: other['csrf'] ?? '' })).status).toBe(403);
    await expect(given()).resolves.toBe(0);
  });

  it('is no way into the API: a cookie alone authenticates nothing', async () => {
    const { intake_url, approval_url, telemetry_url, policy_url } = world().local;
    for (const url of [
      `${approval_url}/v1/requests`,
      `${intake_url}/v1/actions`,
      `${telemetry_url}/v1/metrics`,
      `${policy_url}/v1/policies`,
    ]) {
      const answer = await ann.copy(url).get(url);
      expect([url, answer.status]).toEqual([url, 401]);
    }
    const session = ann.cookies.get(SESSION) ?? '';
    const stolen = await fetch(`${approval_url}/v1/requests`, { headers: { authorization: `Bearer ${session}` } });
    expect(stolen.status).toBe(401);
  });

  it('shows nothing of another tenant', async () => {
    const gus = page();
    await gus.signIn('gus');
    expect((await gus.get(path)).status).toBe(404);
    const home = await gus.get('/');
    expect(home.text).not.toContain(action.request?.request_id);
    const forged = { ...form, csrf: fieldOf(home, 'csrf') };
    const { headers } = await gus.post(path + '/votes', forged);
    expect(headers.get('location') ?? 'refused=not_found').toContain('refused=not_found');
    await expect(given()).resolves.toBe(0);
  });

  it('takes the vote of the page itself', async () => {
    const { status, headers } = await ann.post(path + '/votes', form);
    expect([status, headers.get('location')]).toEqual([303, `${path}?said=approve`]);
    await expect(given()).resolves.toBe(1);
  });

  it('refuses a copied session once its person has signed out, on every instance', async () => {
    const bob = page();
    await bob.signIn('bob');
    const thieves = world().local.approval_urls.map((url) => bob.copy(url));
    const stolen = formOf(await bob.get(path));
    expect((await bob.post('/page/sign-out', { csrf: stolen['csrf'] ?? '' })).status).toBe(303);
    for (const thief of thieves) {
      const voted = await thief.post(path + '/votes', stolen);
      expect(voted.status).toBe(403);
      const shown = await thief.get(path);
      expect(shown.text).toContain('Sign in');
      expect(shown.text).not.toMatch(/csrf|Approve|customer:812/);
      expect((await thief.get('/')).text).toContain('Sign in');
    }
    await expect(given()).resolves.toBe(1);
    // A new sign-in is a new session.
    expect((await bob.signIn('bob')).text).toContain('Bob Brandt');
  });
});
