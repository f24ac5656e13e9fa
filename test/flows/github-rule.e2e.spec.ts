import { eventually, startSystem, type TestSystem } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAction } from '@countersign/sdk';
import { GithubApi } from '../../apps/cli/src/github/github-api.js';
import { startReceiver, type Receiver } from '../../apps/cli/src/github/receiver.js';
import {
  deliveryHeaders,
  rulePayload,
  startGithub,
  type GithubStandIn,
} from '../../apps/cli/src/github/testing/github-stand-in.js';
import { approve, deny } from './support/proposals.js';
import { facts, TENANT, worldOf, type World } from './support/world.js';

const POLICY = `name: releases
action_types: { deployment: {} }
rules: [{ name: all, then: require_approval, gate: release }]
gates: { release: { quorum: 1, roles: [release-manager] } }
fallback: release
`;
const WITHIN = { withinMs: 30_000 };

let system: TestSystem;
let world: World;
let github: GithubStandIn;
let receiver: Receiver;
let folder: string;

const start = (): Promise<Receiver> =>
  startReceiver(0, github.app, {
    ...{ client: world.agent('deploy-agent'), github: new GithubApi(github.app), log: () => undefined },
    options: { agentId: 'deploy-agent', actionType: 'deployment', tenant: TENANT },
  });

async function deliver(
  payload: object,
  headers: object = {},
): Promise<{ status: number; action_id: string; replayed: boolean }> {
  const body = JSON.stringify(payload);
  const all = { ...deliveryHeaders(body, randomUUID()), ...headers };
  const response = await fetch(`${receiver.url}/webhook`, { method: 'POST', body, headers: all });
  return { status: response.status, ...((await response.json()) as { action_id: string; replayed: boolean }) };
}

const read = (id: string) => readAction(world.agent('deploy-agent'), id);
const reviewsOf = (run: number) =>
  github.reviewed.filter(({ path }) => path.includes(`/runs/${run}/`)).map(({ body, status }) => ({ ...body, status }));

async function vote(id: string, ballot: typeof approve | typeof deny): Promise<void> {
  const action = await eventually(async () => {
    const found = await read(id);
    expect(found.status).toBe('pending');
    return found;
  }, WITHIN);
  await world.vote('rex', action, ballot);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-github-'));
  writeFileSync(join(folder, 'releases.yaml'), POLICY);
  [system, github] = [await startSystem({ policies: folder }), await startGithub()];
  world = worldOf(system.local);
  receiver = await start();
}, 120_000);
afterAll(async () => {
  await receiver?.close();
  await github?.close();
  await system?.close();
  rmSync(folder, { recursive: true });
}, 60_000);

describe('the deployment protection rule of GitHub', () => {
  it('is approved when people approve, once however often it is delivered, through failures of GitHub', async () => {
    github.fail = [502, 401];
    const first = await deliver(rulePayload(github.app, 1));
    expect(first).toMatchObject({ status: 202, replayed: false });
    const again = await deliver(rulePayload(github.app, 1));
    expect(again).toMatchObject({ status: 202, replayed: true, action_id: first.action_id });
    expect(reviewsOf(1)).toEqual([]);
    await vote(first.action_id, approve);
    await eventually(() => expect(reviewsOf(1).map(({ status }) => status)).toEqual([502, 401, 204]), WITHIN);
    expect(reviewsOf(1).at(-1)).toMatchObject({ state: 'approved', environment_name: 'production' });
    expect(reviewsOf(1).at(-1)?.comment).toContain(approve.reason);
    await eventually(async () =>
      expect(await read(first.action_id)).toMatchObject({
        grant: { status: 'consumed' },
        outcome: { status: 'executed' },
      }),
    );
  }, 90_000);

  it('is rejected with the words of whoever denied', async () => {
    const { action_id } = await deliver(rulePayload(github.app, 2));
    await vote(action_id, deny);
    await eventually(() => expect(reviewsOf(2)).toMatchObject([{ state: 'rejected', status: 204 }]), WITHIN);
    expect(reviewsOf(2)[0]?.comment).toContain(deny.reason);
  }, 60_000);

  it('is answered after a restart, whether people decided before or after it', async () => {
    const [decided, open] = [await deliver(rulePayload(github.app, 3)), await deliver(rulePayload(github.app, 4))];
    await receiver.close();
    await vote(decided.action_id, approve);
    receiver = await start();
    await vote(open.action_id, deny);
    for (const [run, state] of [
      [3, 'approved'],
      [4, 'rejected'],
    ] as const)
      await eventually(() => expect(reviewsOf(run)).toMatchObject([{ state, status: 204 }]), WITHIN);
    // The first of all is not answered again.
    expect(reviewsOf(1)).toHaveLength(3);
  }, 90_000);

  it('is not approved by an action of another environment that holds its parameters', async () => {
    const { action_id } = await deliver(rulePayload(github.app, 6));
    const waiting = await read(action_id);
    const { parameters } = waiting.effective!;
    const proposal = {
      ...{ run_id: 'sly', agent: { id: 'deploy-agent', version: 'v1' }, model: { id: 'm' }, action_type: 'deployment' },
      ...{ environment: 'staging' as const, target: 'repository:acme/shop', parameters },
    };
    const sly = await world.decided(proposal);
    await world.vote('rex', sly, approve);
    const { grant } = await world.ended(proposal, sly.action_id);
    await world.redeem(grant?.token ?? '', facts(proposal));
    await receiver.close();
    receiver = await start();
    await vote(action_id, deny);
    await eventually(() => expect(reviewsOf(6)).toMatchObject([{ state: 'rejected', status: 204 }]), WITHIN);
  }, 60_000);

  it('is refused with the name of what a delivery lacks, in the answer and in the metrics', async () => {
    const { installation: _none, ...rest } = rulePayload(github.app, 8) as Record<string, unknown>;
    expect(await deliver(rest)).toMatchObject({ status: 422, member: '/installation/id' });
    const large = { ...rulePayload(github.app, 8), sender: { note: 'x'.repeat(5_000_000) } };
    expect(await deliver(large)).toMatchObject({ status: 202, replayed: false });
    const metrics = await (await fetch(`${receiver.url}/metrics`)).text();
    expect(metrics).toContain('countersign_github_deliveries_total{result="refused_422",member="/installation/id"} 1');
  }, 60_000);

  it('is proposed for nobody but GitHub, and answered to nobody but GitHub', async () => {
    const payload = rulePayload(github.app, 5);
    const forged = deliveryHeaders(JSON.stringify(payload), 'd', 'another secret');
    expect(await deliver(payload, forged)).toMatchObject({ status: 401 });
    expect(await deliver(payload, { 'x-hub-signature-256': '' })).toMatchObject({ status: 401 });
    const elsewhere = 'http://169.254.169.254/repos/acme/shop/actions/runs/5/deployment_protection_rule';
    expect(await deliver({ ...payload, deployment_callback_url: elsewhere })).toMatchObject({ status: 422 });
    expect(await deliver(payload, { 'x-github-event': 'ping' })).toMatchObject({ status: 202, ignored: true });
    const { body } = await world
      .agent('deploy-agent')
      .intake.send({ method: 'GET', path: '/v1/actions?run_id=github-acme/shop-5' });
    expect(body).toMatchObject({ items: [] });
  }, 60_000);
});
