import { attest, type ActionFacts } from '@countersign/sdk';
import { eventually, startSystem, type TestSystem } from '@countersign/testing';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { castBatch, castVote, readBatch, type Ballot } from '../../apps/cli/src/shared/vote.js';
import { command } from './support/command.js';
import { approve, deny } from './support/proposals.js';
import { worldOf, type World } from './support/world.js';

/** A named approver for what failed, batches for the rest. */
const POLICY = `name: releases
action_types:
  deployment: { facts: { failing: { at: /parameters/failed_count, type: int, min: 0 } } }
rules:
  - { name: something-failed, when: failing > 0, then: require_approval, gate: named }
  - { name: routine, then: require_approval, gate: routine }
gates:
  named: { quorum: 1, people: [rob], reason: always }
  routine: { quorum: 1, roles: [release-manager], batch: { fields: [/parameters/service] } }
fallback: named
`;

/** What the scanner signed of a change loosens; what the pipeline says of itself does not. */
const SCORED = `name: scored
action_types:
  scored_release: { facts: { score: { at: /signals/fraud_score, type: number, min: 0, max: 1, stated_by: fraud-service } } }
rules:
  - { name: clean, when: score <= 0.1, then: allow }
  - { name: other, then: require_approval, gate: reader }
gates:
  reader: { quorum: 1, roles: [release-manager] }
fallback: reader
`;

let system: TestSystem;
let world: World;
let folder: string;

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args])
    .toString()
    .trim();
function commit(line: string): void {
  writeFileSync(join(folder, 'cart.ts'), `${line}\n`);
  git('add', '-A');
  git('commit', '-qm', `cart: ${line}`);
}

interface Ended {
  code: number;
  answer: Record<string, unknown> & { action_id: string; request_id: string };
  stderr: string;
}

/** The command as a pipeline calls it; `run` is its run. */
async function pipeline(run: string, ...args: string[]): Promise<Ended> {
  const { intake_url, approval_urls, agents } = world.local;
  const key = agents.find(({ agent_id }) => agent_id === 'deploy-agent')?.api_key ?? '';
  const env = {
    ...{ PATH: process.env['PATH'], COUNTERSIGN_INTAKE_URL: intake_url, COUNTERSIGN_API_KEY: key },
    ...{ COUNTERSIGN_APPROVAL_URLS: approval_urls.join(','), COUNTERSIGN_TENANT: 'acme' },
    ...{ GITHUB_RUN_ID: run, GITHUB_REPOSITORY: 'acme/shop' },
  };
  const { code, stdout, stderr } = await command(env, ...args);
  return { code, answer: JSON.parse(stdout || '{}') as Ended['answer'], stderr };
}

const gate = (run: string, ...args: string[]): Promise<Ended> => {
  const what = ['--repo', folder, '--range', 'HEAD~1..HEAD', '--environment', 'production', '--service', 'shop'];
  return pipeline(run, 'gate', '--json', ...what, ...args);
};

interface Asked {
  request_id: string;
  packet_digest: string;
  packet: { action: { parameters: Record<string, unknown> } };
}

/** The request of a run, once people are asked. */
async function asked(run: string): Promise<Asked> {
  const rob = await world.person('rob');
  const path = `/v1/requests?status=pending&action_type=deployment`;
  return eventually(
    async () => {
      const { items } = (await rob.approval.send({ method: 'GET', path })).body as {
        items: { request_id: string; run_id: string }[];
      };
      const found = items.find(({ run_id }) => run_id === run);
      expect(found).toBeDefined();
      return (await rob.approval.send({ method: 'GET', path: `/v1/requests/${found?.request_id}` }))
        .body as unknown as Asked;
    },
    { withinMs: 60_000 },
  );
}

const vote = async (who: string, request: Asked, ballot: Ballot): Promise<unknown> =>
  castVote(await world.person(who), request.request_id, ballot);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-ci-'));
  const policies = join(folder, 'policies');
  execFileSync('mkdir', [policies]);
  writeFileSync(join(policies, 'releases.yaml'), POLICY);
  writeFileSync(join(policies, 'scored.yaml'), SCORED);
  execFileSync('git', ['init', '-q', '-b', 'main', folder]);
  writeFileSync(join(folder, '.gitignore'), '/*\n!/cart.ts\n');
  commit('one');
  commit('two');
  system = await startSystem({ policies });
  world = worldOf(system.local);
}, 120_000);
afterAll(async () => {
  await system?.close();
  rmSync(folder, { recursive: true });
}, 60_000);

describe('the gate of a pipeline', () => {
  it('opens when the named approver has read commits, diff and failing tests, and answers the same run the same again', async () => {
    const junit = join(folder, 'junit.xml');
    writeFileSync(
      junit,
      '<testsuite><testcase name="adds"/><testcase name="pays"><failure message="402"/></testcase></testsuite>',
    );
    const checks = join(folder, 'checks.json');
    writeFileSync(
      checks,
      JSON.stringify([
        { name: 'lint', status: 'success' },
        { name: 'audit', status: 'failure' },
      ]),
    );
    const given = ['--junit', junit, '--checks', checks];
    const ended = gate('run-1', ...given);
    const request = await asked('run-1');
    expect(request.packet.action.parameters).toMatchObject({
      ...{ repository: 'acme/shop', service: 'shop', base: git('rev-parse', 'HEAD~1'), head: git('rev-parse', 'HEAD') },
      ...{ commits_count: 1, failed_count: 2, commits: [{ subject: 'cart: two', author: 'Ada <ada@example.com>' }] },
      ...{ tests: { passed: 1, failed: [{ name: 'pays', details: '402' }] }, checks: { failed: [{ name: 'audit' }] } },
      ...{ diff: expect.stringContaining('+two'), diff_digest: expect.stringMatching(/^sha256:/) },
    });
    await expect(vote('rex', request, approve)).rejects.toMatchObject({ code: 'not_eligible' });
    await vote('rob', request, { vote: 'approve', reason: 'pays is known to fail without a card' });
    const { code, answer, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toContain(request.request_id);
    expect(answer).toMatchObject({ result: 'passed', repeated: false, request_id: request.request_id });
    expect(answer['votes']).toMatchObject([{ vote: 'approve', reason: 'pays is known to fail without a card' }]);
    const again = await gate('run-1', ...given);
    expect(again).toMatchObject({ code: 0, answer: { result: 'passed', repeated: true, action_id: answer.action_id } });
  }, 90_000);

  it('stays closed with the words of whoever denied, however often the run is started', async () => {
    const checks = join(folder, 'green.json');
    writeFileSync(checks, '[{"name":"lint","status":"success"}]');
    const ended = gate('run-2', '--checks', checks);
    await vote('rex', await asked('run-2'), deny);
    const { code, answer } = await ended;
    expect({ code, answer }).toMatchObject({ code: 1, answer: { result: 'refused', status: 'denied' } });
    expect(answer['votes']).toMatchObject([{ vote: 'deny', reason: deny.reason }]);
    await expect(gate('run-2', '--checks', checks)).resolves.toMatchObject({
      code: 1,
      answer: { action_id: answer.action_id },
    });
  }, 60_000);

  it('stays closed when the branch moved while people were reading', async () => {
    const ended = gate('run-3');
    const request = await asked('run-3');
    commit('three');
    await vote('rob', request, approve);
    const { code, answer } = await ended;
    expect({ code, answer }).toMatchObject({ code: 1, answer: { result: 'refused', status: 'approved' } });
    expect(answer['why']).toContain('nobody approved');
  }, 60_000);

  it('says that nobody has decided yet, and how to go on', async () => {
    const { code, answer } = await gate('run-4', '--wait', '1s');
    expect({ code, answer }).toMatchObject({ code: 1, answer: { result: 'pending', handle: expect.any(String) } });
    await vote('rob', await asked('run-4'), approve);
    await expect(gate('run-4', '--wait', '5s')).resolves.toMatchObject({
      code: 0,
      answer: { action_id: answer.action_id },
    });
  }, 60_000);

  it('lets pass what a provider signed of exactly this change, and the outcome is on record', async () => {
    const type = ['--action-type', 'scored_release'];
    const facts = await gate('run-6', ...type, '--facts');
    expect(facts).toMatchObject({ code: 0, answer: { digest: expect.stringMatching(/^sha256:/) } });
    const [provider] = system.local.providers;
    const token = await attest(
      { provider_id: provider?.provider_id ?? '', private_jwk: provider?.private_jwk ?? {} },
      facts.answer['facts'] as ActionFacts,
      {
        fraud_score: 0.02,
      },
    );
    const signed = join(folder, 'scan.jws');
    writeFileSync(signed, `${token}\n`);
    const given = [...type, '--attestation', signed];
    const { code, answer } = await gate('run-6', ...given);
    expect({ code, answer }).toMatchObject({
      code: 0,
      answer: { result: 'passed', repeated: false, request_id: null },
    });
    await expect(gate('run-6', ...given)).resolves.toMatchObject({
      code: 0,
      answer: { repeated: true, action_id: answer.action_id },
    });
    // Signed of another service's release.
    const other = await gate('run-6', ...given, '--deploy', 'v2');
    expect(other).toMatchObject({ code: 1, answer: {}, stderr: expect.stringContaining('/attestations/0') });
    const report = ['outcome', answer.action_id, '--json', '--key', 'run-6', '--check', 'smoke=passed'];
    const told = await pipeline('run-6', ...report, '--status', 'executed', '--result', '{"version":"v1"}');
    const outcome = { status: 'executed', result: { version: 'v1' }, post_checks: [{ name: 'smoke', passed: true }] };
    expect(told).toMatchObject({ code: 0, answer: { outcome } });
    const rolledBack = await pipeline('run-6', 'outcome', answer.action_id, '--json', '--status', 'rolled_back');
    expect(rolledBack.answer).toMatchObject({ outcome: { status: 'rolled_back' } });
  }, 120_000);

  it('lets routine merges through together, each with its own token, and the large change only when it was opened', async () => {
    const checks = join(folder, 'merged.json');
    writeFileSync(checks, '[{"name":"lint","status":"success"}]');
    const merge = (lines: number, at: number) => {
      const text = Array.from({ length: lines }, (_, line) => `${at} ${line}`).join('\n');
      commit(text);
      const range = `${git('rev-parse', 'HEAD~1')}..${git('rev-parse', 'HEAD')}`;
      // Of another service: a release of the shop was denied above, and what was denied before is in no batch.
      return gate(`merge-${at}`, '--range', range, '--checks', checks, '--service', 'mill');
    };
    const ended: Promise<Ended>[] = [];
    for (const [at, lines] of [3, 4, 5, 90].entries()) ended.push(merge(lines, at));
    const requests = await Promise.all(ended.map((_, at) => asked(`merge-${at}`)));
    const rex = await world.person('rex');
    const listed = await rex.approval.send({ method: 'GET', path: '/v1/requests/batches' });
    const [batch] = (listed.body as unknown as { items: { batch: string }[] }).items;
    const large = requests[3]?.request_id ?? '';
    const shown = await readBatch(rex, batch?.batch ?? '');
    expect(shown['outliers']).toMatchObject([{ request_id: large }]);
    const answer = await castBatch(rex, shown.batch, approve);
    expect(answer).toMatchObject({ aggregate: 'approved', items: [{ status: 201 }, { status: 201 }, { status: 201 }] });
    const routine = await Promise.all(ended.slice(0, 3));
    expect(routine.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(routine.map(({ answer: { action_id } }) => action_id)).size).toBe(3);
    const [one] = shown.items;
    const votes = [{ request_id: large, packet_digest: requests[3]?.packet_digest ?? '', vote: 'approve' }];
    expect(one?.request_id).not.toBe(large);
    const sent = { method: 'POST', path: '/v1/requests/votes', body: { batch: shown.batch, votes } } as const;
    expect((await rex.approval.send(sent)).body).toMatchObject({
      items: [{ problem: { type: expect.stringContaining('batch_outlier') } }],
    });
    await vote('rex', requests[3] as Asked, approve);
    expect((await ended[3])?.code).toBe(0);
  }, 180_000);

  it('ends with 2 when it is used wrongly', async () => {
    for (const wrong of [
      ['--range', 'HEAD'],
      ['--range', 'HEAD~1..nothing'],
      ['--wait', 'soon'],
      ['--junit', folder],
      ['--attestation', join(folder, 'cart.ts')],
    ])
      expect((await gate('run-5', ...wrong)).code).toBe(2);
    for (const wrong of [
      ['--status', 'done'],
      ['--status', 'failed', '--check', 'smoke'],
      ['--status', 'failed', '--result', '[]'],
    ])
      expect((await pipeline('run-5', 'outcome', 'act_1', ...wrong)).code).toBe(2);
    await expect(pipeline('run-5', 'outcome', 'act_1', '--status', 'failed')).resolves.toMatchObject({ code: 1 });
  }, 60_000);
});
