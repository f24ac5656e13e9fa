import { type ActionDocument, type JsonObject, type Proposal } from '@countersign/sdk';
import { eventually, startSystem, type TestSystem } from '@countersign/testing';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandAt, type Ended } from './support/command.js';
import { approve, refund } from './support/proposals.js';
import { TENANT, worldOf, type World } from './support/world.js';

/** A policy of one action type that waits for one person, with these lines of rollout. */
const policy = (name: string, then: string, lines = ''): [string, string] => [
  `${name}.yaml`,
  `name: ${name}\naction_types: { ${name}: {} }\nrules: [{ name: only, then: ${then} }]\ngates:\n  review: { quorum: 1, roles: [approver] }\n  seen: { pattern: dry-run, diff: required, quorum: 1, roles: [approver] }\nfallback: review\n${lines}\n`,
];
const GATED = 'require_approval, gate: review';
const FILES = [
  policy('soft-type', GATED, 'mode: soft'),
  policy('shadow-type', GATED, 'mode: shadow'),
  policy('off-type', 'allow', 'mode: off'),
  policy('half-type', GATED, 'mode: partial\nrollout: { share: 50 }'),
  policy('barred-type', 'deny', 'mode: partial\nrollout: { share: 0 }'),
  policy('sampled-type', 'allow', 'audit: { sample: { allowed: 1 }, gate: review }'),
  policy('guarded-type', 'allow', 'drift_guard: { gate: review, evidence: 2 }'),
  policy('dry-type', 'require_approval, gate: seen'),
];

/** The command as a person types it. */
function countersign({ local }: TestSystem, ...args: string[]): Promise<Ended> {
  const file = join(mkdtempSync(join(tmpdir(), 'countersign-cli-')), 'local.json');
  writeFileSync(file, JSON.stringify(local), { mode: 0o600 });
  return commandAt(file, ...args);
}

const proposal = (action_type: string, more: Partial<Proposal> = {}): Proposal =>
  refund('10.00', { action_type, ...more });

describe('a policy that is rolled out in steps', () => {
  let system: TestSystem;
  let world: World;

  beforeAll(async () => {
    const policies = mkdtempSync(join(tmpdir(), 'countersign-rollout-'));
    for (const [file, content] of FILES) writeFileSync(join(policies, file), content);
    system = await startSystem({ policies });
    world = worldOf(system.local);
  }, 120_000);
  afterAll(() => system?.close(), 60_000);

  const decided = (action_type: string, more?: Partial<Proposal>): Promise<ActionDocument> =>
    world.decided(proposal(action_type, more));

  it('soft: the action runs and a reviewer is asked for advice', async () => {
    expect(await decided('soft-type')).toMatchObject({
      status: 'approved',
      decision: { mode: 'soft', policy_decision: 'require_approval', effective_decision: 'allow' },
      request: { kind: 'advisory', status: 'pending' },
      grant: { status: 'issued' },
    });
  });

  it('shadow: the action runs and nobody is asked; off: as though the policy were not there', async () => {
    expect(await decided('shadow-type')).toMatchObject({
      ...{ status: 'approved', request: null },
      decision: { mode: 'shadow', policy_decision: 'require_approval', effective_decision: 'allow' },
    });
    expect(await decided('off-type')).toMatchObject({
      status: 'pending',
      decision: { policy: { name: 'built-in' }, effective_decision: 'require_approval' },
    });
  });

  /** The documented draw, worked out once more from the secret of the policy service. */
  function draw(...parts: string[]): number {
    const file = readFileSync(join(system.logs, '../secrets/draws.json'), 'utf8');
    const { keys } = JSON.parse(file) as { keys: { key: string }[] };
    const mac = createHmac('sha256', Buffer.from(keys[0]?.key ?? '', 'hex')).update(JSON.stringify(parts));
    return mac.digest().readUIntBE(0, 6) / 2 ** 48;
  }

  it('partial: what it is about falls into the share or not, however often the agent asks again', async () => {
    const targets = Array.from({ length: 6 }, (_, at) => `order:${at}`);
    const binds = (target: string): boolean => draw('share', TENANT, 'half-type', 'refund-agent', target) < 0.5;
    const asked = [...targets, ...targets].map(async (target) => ({
      ...{ target, action: await decided('half-type', { target }) },
    }));
    for (const { target, action } of await Promise.all(asked))
      expect(action.decision).toMatchObject({
        ...{ mode: 'partial', effective_decision: binds(target) ? 'require_approval' : 'allow' },
      });
    const rows = `SELECT segment, count() AS n FROM audit WHERE action_type = 'half-type' GROUP BY segment ORDER BY segment`;
    const bound = 2 * targets.filter(binds).length;
    await eventually(
      async () => {
        const found = Object.fromEntries(
          (await world.rows<{ segment: string; n: number }>(rows)).map(({ segment, n }) => [segment, Number(n)]),
        );
        expect([found['share 50 %: in'] ?? 0, found['share 50 %: out'] ?? 0]).toEqual([bound, 12 - bound]);
      },
      { withinMs: 20_000 },
    );
  }, 60_000);

  it('partial: what a former key drew is drawn again exactly, and the decision names the key', async () => {
    const before = await decided('half-type', { target: 'order:0' });
    const rotated = await countersign(system, 'keys', 'rotate-draws', '--json');
    const { key_id } = JSON.parse(rotated.stdout) as { key_id: string };
    const { policy: api } = await world.person('una');
    const recorded = async ({ action_id }: ActionDocument) => {
      const path = `/v1/policies/explain/${action_id}`;
      const { body } = await eventually(() => api.send({ method: 'GET', path }), { withinMs: 20_000 });
      return body as { equal: boolean; differences: string[]; recorded: { draw_key_id: string } };
    };
    await eventually(
      async () =>
        expect(await recorded(await decided('half-type', { target: 'order:0' }))).toMatchObject({
          ...{ equal: true, recorded: { draw_key_id: key_id } },
        }),
      { withinMs: 30_000, everyMs: 1_000 },
    );
    const was = await recorded(before);
    expect(was).toMatchObject({ equal: true, differences: [] });
    expect(was.recorded.draw_key_id).not.toBe(key_id);
  }, 60_000);

  it('partial: a denial denies outside of the share too', async () => {
    expect(await decided('barred-type')).toMatchObject({
      ...{ status: 'denied', grant: null, request: null },
      decision: { mode: 'partial', effective_decision: 'deny' },
    });
  });

  it('a drawn action is audited after it was allowed, and its agent is not told', async () => {
    const { action_id, request } = await decided('sampled-type');
    expect(request).toBeNull();
    const { approval } = await world.person('ann');
    await eventually(async () => {
      const path = '/v1/requests?status=pending&kind=audit&action_type=sampled-type';
      const { items } = (await approval.send({ method: 'GET', path })).body as { items: { action_id: string }[] };
      expect(items.map((item) => item.action_id)).toContain(action_id);
    });
    expect(await world.ended(proposal('sampled-type'), action_id)).toMatchObject({ status: 'approved', request: null });
  });

  it('drift guard: people approve until a version has earned it; the next version starts anew', async () => {
    const first = await decided('guarded-type');
    expect(first).toMatchObject({ status: 'pending', decision: { rule: 'drift_guard', gate: 'review' } });
    for (const action of [first, await decided('guarded-type')]) await world.vote('ann', action, approve);
    await eventually(async () => expect(await decided('guarded-type')).toMatchObject({ status: 'approved' }), {
      ...{ withinMs: 20_000, everyMs: 1_000 },
    });
    expect(await decided('guarded-type', { model: { id: 'gpt-6' } })).toMatchObject({ status: 'pending' });
    system.kill('policy');
    await system.ready('policy');
    expect(await decided('guarded-type')).toMatchObject({ status: 'approved' });
  }, 60_000);

  it('a version in shadow changes nothing; its report says what it would have changed', async () => {
    const { policy: api } = await world.person('una');
    const send = async (path: string, body: JsonObject): Promise<JsonObject> =>
      (await api.send({ method: 'POST', path: `/v1/policies/sampled-type/${path}`, body })).body as JsonObject;
    const [, content] = policy('sampled-type', GATED);
    const { version } = (await send('versions', { content, note: 'people look at all' })) as { version: number };
    await send(`versions/${version}/state`, { state: 'shadow', reason: 'to compare' });
    const said = await eventually(async () => {
      const action = await decided('sampled-type');
      expect(action).toMatchObject({ status: 'approved', decision: { policy: { version: 1 } } });
      const sql = `SELECT shadows FROM audit WHERE action_id = '${action.action_id}'`;
      const rows = await eventually(async () => {
        const found = await world.rows<{ shadows: object[] }>(sql);
        expect(found).toHaveLength(1);
        return found;
      });
      expect(rows[0]?.shadows).toEqual([
        {
          ...{ policy_name: 'sampled-type', policy_version: version },
          ...{ policy_decision: 'require_approval', rule: 'only', gate: 'review' },
        },
      ]);
      return action.action_id;
    });
    const report = await send(`versions/${version}/shadow-report`, { min_history: 1 });
    expect(report).toMatchObject({ policy_version: version, agreed: 0, looser: 0, sufficient: true });
    expect(report['stricter']).toBe(report['compared']);
    const [difference] = report['differences'] as { from: string; to: string; examples: string[] }[];
    expect(difference).toMatchObject({ from: 'auto', to: 'gated' });
    expect(difference?.examples).toContain(said);
    const again = await send(`versions/${version}/shadow-report`, { min_history: 1 });
    expect(again['result_hash']).toBe(report['result_hash']);
    const command = await countersign(system, 'policy', 'shadow-report', 'sampled-type', String(version));
    expect(command).toMatchObject({ code: 1, stderr: expect.stringContaining('insufficient_history') as string });
    expect(command.stdout).toContain(`sampled-type@${version} watched ${String(report['compared'])} actions`);
  }, 60_000);

  it('a dry-run gate refuses an action without a diff', async () => {
    const states = { before: { posts: 1 }, after: { posts: 2 } };
    expect(await decided('dry-type', states)).toMatchObject({ status: 'pending', decision: { gate: 'seen' } });
    await expect(decided('dry-type')).rejects.toMatchObject({ code: 'diff_required', status: 422 });
  });
});
