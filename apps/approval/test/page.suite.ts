import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode, TOPICS } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { eventually, freePort } from '@countersign/testing';
import { issuerKey } from '../../../infra/local/src/issuer/key.js';
import { peopleOf } from '../../../infra/local/src/issuer/people.js';
import { createProvider } from '../../../infra/local/src/issuer/provider.js';
import { issuerHandler } from '../../../infra/local/src/issuer/routes.js';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { Browser } from './browser.js';
import { fresh, statusOf } from './common.js';
import { requestId } from './instances.js';
import type { Instances } from './instances.js';

/** The page, with the real development identity provider. */
export function pageSuite(system: () => Instances): void {
  describe("the reviewers' page", () => {
    let folder: string;
    let issuer: Server;
    let pageUrl: string;

    beforeAll(async () => {
      const [issuerPort, pagePort] = [await freePort(), await freePort()];
      folder = await mkdtemp(join(tmpdir(), 'countersign-page-'));
      pageUrl = `http://127.0.0.1:${pagePort}`;
      const issuerUrl = `http://127.0.0.1:${issuerPort}`;
      const keyFile = join(folder, 'key.json');
      const config = {
        host: '127.0.0.1',
        port: issuerPort,
        issuer: issuerUrl,
        pageUrls: [pageUrl],
        keyFile,
        rosterFile: '',
      };
      const key = await issuerKey(keyFile);
      const file = [{ tenant: 'acme', subject: 'ann', name: 'Ann', roles: ['finance'] }];
      const people = peopleOf({ file, approvalUrls: [], tokenFor: () => Promise.resolve('') });
      const provider = createProvider(config, key, people);
      issuer = createServer(issuerHandler({ config, key, provider, people })).listen(issuerPort, '127.0.0.1');
      const entry = { issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks`, audience: 'countersign' };
      await system().addWithPage(entry, pagePort);
    }, 60_000);
    afterAll(async () => {
      issuer.closeAllConnections();
      issuer.close();
      await rm(folder, { recursive: true, force: true });
    });

    const aboutRequest = async (action: ActionProposed): Promise<string[]> => {
      const records = await system().published(TOPICS.approvals, ({ value }) => value !== null);
      const events = records.map(({ value }) => decode(value));
      return events
        .filter(({ event }) => (event as { action_id?: string }).action_id === action.action_id)
        .map(({ name }) => name);
    };

    const waiting = async () => {
      const action = fresh({ rationale: '<script>alert(1)</script>' });
      await system().decide(decided(action, { gate: gate({ quorum: 1 }) }));
      await system().read(action);
      return { action, path: `${pageUrl}/page/requests/${requestId(action)}` };
    };

    it('signs in, shows the queue and a packet, and takes one vote', async () => {
      const { action, path } = await waiting();
      const browser = new Browser();
      expect((await browser.get(`${pageUrl}/`)).text).toContain('href="/page/sign-in"');
      const login = await browser.get(`${pageUrl}/page/sign-in`);
      const queue = await browser.post(login.url, { subject: 'ann' });
      expect([queue.url, queue.text.includes(requestId(action))]).toEqual([`${pageUrl}/`, true]);
      const packet = await browser.get(path);
      expect(packet.policy).toContain("default-src 'none'");
      expect(packet.text).not.toContain('<script');
      const voted = await browser.post(`${path}/votes`, { ...packet.hidden, vote: 'approve', reason: '' });
      expect(voted.text).toContain('Your approval is recorded.');
      expect(await statusOf(system(), action, 1)).toBe('approved');
      const again = await browser.post(`${path}/votes`, { ...packet.hidden, vote: 'deny', reason: '' });
      expect(again.text).toContain('You have voted');
    }, 60_000);

    it('takes a changed version, and shows a refused form again with what was written', async () => {
      const action = fresh();
      await system().decide(decided(action, { gate: gate({ quorum: 1, reason: 'always' }) }));
      await system().read(action);
      const path = `${pageUrl}/page/requests/${requestId(action)}`;
      const browser = new Browser();
      await browser.post((await browser.get(`${pageUrl}/page/sign-in`)).url, { subject: 'ann' });
      const { hidden } = await browser.get(path);
      const parameters = '{ "amount": { "value": "12.00", "currency": "USD" } }';
      const mistaken = await browser.post(`${path}/votes`, { ...hidden, vote: 'approve', reason: 'ok', parameters });
      expect([mistaken.status, mistaken.text.includes('pressed Approve')]).toEqual([422, true]);
      expect(mistaken.text).toContain('12.00');
      expect(await statusOf(system(), action)).toBe('pending');
      const unfounded = await browser.post(`${path}/votes`, { ...mistaken.hidden, vote: 'approve', reason: '' });
      expect([unfounded.status, unfounded.text.includes('demands a reason')]).toEqual([422, true]);
      // The corrected form is another call, not the remembered answer.
      const voted = await browser.post(`${path}/votes`, { ...unfounded.hidden, vote: 'approve', reason: 'seen' });
      expect([voted.status, voted.text.includes('Your approval is recorded.')]).toEqual([200, true]);
      expect(await statusOf(system(), action)).toBe('approved');
    }, 60_000);

    it('claims, comments, hands back, releases and recalls', async () => {
      const action = fresh();
      await system().decide(decided(action, { gate: gate({ quorum: 1, hold: true }) }));
      await system().read(action);
      const path = `${pageUrl}/page/requests/${requestId(action)}`;
      const browser = new Browser();
      await browser.post((await browser.get(`${pageUrl}/page/sign-in`)).url, { subject: 'ann' });
      const press = async (to: string, fields: Record<string, string>) => {
        const { hidden } = await browser.get(path);
        return (await browser.post(`${path}/${to}`, { ...hidden, ...fields })).text;
      };
      expect(await press('custody', { verb: 'claim' })).toContain('in work by ann until');
      expect(await press('custody', { verb: 'comment', text: '' })).toContain('Write a few words');
      expect(await press('custody', { verb: 'comment', text: 'I call <them>' })).toContain('I call &lt;them&gt;');
      expect(await press('custody', { verb: 'release' })).toContain('You have given it back.');
      expect(await press('votes', { vote: 'approve', reason: '' })).toContain('Approved, and held');
      expect((await browser.get(`${pageUrl}/`)).text).toContain('Approved, and held until somebody releases it');
      expect(await press('release', { verb: 'let_go', release_at: 'soon' })).toContain('in UTC');
      expect(await press('release', { verb: 'recall', reason: 'typo' })).toContain('it cannot run any more');
      expect(await press('release', { verb: 'let_go' })).toContain('taken back');
    }, 60_000);

    it('shows what is alike together, and takes one form for all that is ticked', async () => {
      const together = gate({ name: 'page-batch', quorum: 1, batch_fields: ['/target'] });
      const actions = [1, 2, 3].map(() => fresh({ target: 'the same' }));
      await Promise.all(actions.map((action) => system().decide(decided(action, { gate: together }))));
      const page = system().services.length - 1;
      await Promise.all(actions.map((action) => system().read(action, page)));
      const browser = new Browser();
      const queue = await browser.post((await browser.get(`${pageUrl}/page/sign-in`)).url, { subject: 'ann' });
      // Other suites leave batches of their own.
      const paths = [...queue.text.matchAll(/href="(\/page\/batches\/[^"]+)"/g)].map(([, one]) => one ?? '');
      const pages = await Promise.all(paths.map((one) => browser.get(pageUrl + one)));
      const at = pages.findIndex((one) => one.text.includes(requestId(actions[0] as ActionProposed)));
      const { text = '', hidden = {} } = pages[at] ?? {};
      const path = paths[at] ?? '';
      const ticked = Object.fromEntries(
        [...text.matchAll(/type="checkbox" name="([^"]+)" value="([^"]+)"/g)].map(([, name, value]) => [name, value]),
      ) as Record<string, string>;
      const [left = '', ...taken] = Object.keys(ticked);
      expect(taken).toHaveLength(2);
      delete ticked[left];
      const form = { csrf: hidden['csrf'] ?? '', ...ticked, vote: 'approve', reason: '' };
      expect((await browser.post(`${pageUrl}${path}/votes`, { ...form, csrf: 'guessed' })).status).toBe(403);
      const voted = await browser.post(`${pageUrl}${path}/votes`, form);
      expect(voted.text).toContain('2 of 2 votes are recorded');
      const statuses = await Promise.all(actions.map((action) => statusOf(system(), action, page)));
      expect(statuses.sort()).toEqual(['approved', 'approved', 'pending']);
    }, 60_000);

    it('opens what a message links to, and decides nothing by it', async () => {
      const { action } = await waiting();
      const link = `${pageUrl}/requests/${requestId(action)}?intent=approve`;
      const scanner = await new Browser().get(link);
      expect([scanner.status, scanner.text.includes('name="vote"')]).toEqual([200, false]);
      const names = async () => (await aboutRequest(action)).filter((name) => name !== 'RequestOpened');
      await sleep(1_000);
      expect([await statusOf(system(), action), await names()]).toEqual(['pending', []]);
      const browser = new Browser();
      const login = await browser.get(`${pageUrl}/page/sign-in?request=${requestId(action)}&intent=approve`);
      const packet = await browser.post(login.url, { subject: 'ann' });
      expect(packet.url).toBe(`${pageUrl}/page/requests/${requestId(action)}?intent=approve`);
      expect(packet.text).toContain('Your link says: approve. Nothing is recorded yet.');
      await eventually(async () => expect(await names()).toEqual(['PacketOpened']));
      expect(await statusOf(system(), action)).toBe('pending');
    }, 60_000);

    it('goes nowhere else after signing in', async () => {
      const browser = new Browser();
      const login = await browser.get(`${pageUrl}/page/sign-in?request=${encodeURIComponent('//evil.test/?')}`);
      const landed = await browser.post(login.url, { subject: 'ann' });
      expect(landed.url.startsWith(`${pageUrl}/page/requests/`)).toBe(true);
    }, 60_000);

    it('takes no form without the value of the session, and no vote without a session', async () => {
      const { action, path } = await waiting();
      const browser = new Browser();
      await browser.post((await browser.get(`${pageUrl}/page/sign-in`)).url, { subject: 'ann' });
      const { hidden } = await browser.get(path);
      const forged = await browser.post(`${path}/votes`, { ...hidden, csrf: 'guessed', vote: 'approve' });
      const nobody = await new Browser().post(`${path}/votes`, { ...hidden, vote: 'approve' });
      expect([forged.status, nobody.status, await statusOf(system(), action)]).toEqual([403, 403, 'pending']);
    }, 60_000);

    it('takes no answer to a sign-in that it did not begin', async () => {
      expect((await new Browser().get(`${pageUrl}/page/callback?code=c&state=s`)).status).toBe(401);
    });
  });
}
