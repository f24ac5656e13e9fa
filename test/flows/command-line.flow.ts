import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@countersign/testing';
import { decodeJwt } from 'jose';
import { Receiver, status } from '../../apps/approval/test/receivers.js';
import { castVote } from '../../apps/cli/src/shared/vote.js';
import { Browser } from './support/browser.js';
import { commandAt, type Ended } from './support/command.js';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';

let folder: string;

/** The command as a person types it, against this run's system. */
const countersign = (...args: string[]): Promise<Ended> => commandAt(join(folder, 'local.json'), ...args);

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const ended = await countersign(...args, '--json');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout) as Record<string, unknown>;
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return path;
}

describe('the command line', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
    file('local.json', world().local);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes a refund from proposal to audit', async () => {
    const proposal = refund('450.00', { confidence: 0.9 });
    const action = await json('submit', file('refund.json', proposal));
    const { request_id } = action['request'] as { request_id: string };
    const { items } = await json('requests', '--status', 'pending', '--action-type', 'refund');
    expect(items).toContainEqual(expect.objectContaining({ request_id }));
    const shown = await countersign('requests', request_id);
    expect(JSON.parse(shown.stdout)).toMatchObject({ request_id, packet: expect.anything() });
    const vote = ['vote', request_id, 'approve', '--reviewer', 'bob', '--reason', 'verified receipt'];
    // Here is no terminal, so nobody was shown anything.
    const unseen = { code: 2, stdout: '', stderr: expect.stringContaining('--packet-digest') };
    await expect(countersign(...vote)).resolves.toMatchObject(unseen);
    await expect(countersign(...vote, '--batch')).resolves.toMatchObject(unseen);
    const other = ['--packet-digest', `sha256:${'0'.repeat(64)}`];
    await expect(countersign(...vote, ...other)).resolves.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('stale_packet'),
    });
    const { packet_digest } = JSON.parse(shown.stdout) as { packet_digest: string };
    await expect(json(...vote, '--packet-digest', packet_digest)).resolves.toMatchObject({
      request: { status: 'approved' },
    });
    const audited = await eventually(async () => {
      const found = await json('audit', proposal.run_id);
      expect(found).toMatchObject({ actions: [{ approval: { status: 'approved' } }] });
      return found;
    });
    expect(audited).toMatchObject({ actions: [{ approval: { reviewer_id: 'bob', reason: 'verified receipt' } }] });
    expect((await countersign('audit', proposal.run_id)).stdout).toContain('bob');
    expect((await countersign('metrics')).stdout).toContain('gated');
  });

  it('ends with 1 when the system refuses', async () => {
    const outside = await countersign('submit', file('bad.json', { ...refund('1.00'), confidence: 91 }));
    expect(outside).toMatchObject({ code: 1, stdout: '' });
    expect(outside.stderr).toContain('/confidence');
    const twice = await countersign(
      'submit',
      file('twice.json', '{"run_id":"a","run_id":"b"}'),
      '--agent',
      'refund-agent',
    );
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('duplicate_key') });
  });

  it('ends with 2 when it is used wrongly', async () => {
    await expect(countersign('submit', join(folder, 'absent.json'))).resolves.toMatchObject({ code: 2 });
    await expect(countersign('vote', 'req_1', 'perhaps', '--reviewer', 'ann')).resolves.toMatchObject({ code: 2 });
    for (const verb of ['release', 'recall'])
      expect(await countersign(verb, 'req_1', '--reviewer', 'ann')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--packet-digest') as string,
      });
    await expect(countersign('requests', '--reviewer', 'nobody')).resolves.toMatchObject({ code: 2 });
  });

  it('ends with 3 when nothing answers', async () => {
    const env = { ...world().local, telemetry_url: 'http://127.0.0.1:9', issuer_url: 'http://127.0.0.1:9' };
    await expect(commandAt(file('away.json', env), 'metrics')).resolves.toMatchObject({ code: 3 });
  });

  it('changes keys without a restart', async () => {
    const added = await json('keys', 'add', '--agent', 'refund-agent');
    const bearer = (key: unknown) => ({ headers: { authorization: `Bearer ${String(key)}` } });
    const read = (key: unknown) => fetch(`${world().local.intake_url}/v1/actions?run_id=none`, bearer(key));
    await eventually(async () => expect((await read(added['api_key'])).status).toBe(200));
    await json('keys', 'revoke', String(added['key_id']));
    await eventually(async () => expect((await read(added['api_key'])).status).toBe(401));
    await expect(json('keys', 'rotate-mac', 'policy')).resolves.toEqual({ key: 'mac', service: 'policy' });
    await expect(json('keys', 'rotate-signing-key')).resolves.toMatchObject({ key: 'signing-key' });
    await expect(countersign('keys', 'rotate-mac', 'nobody')).resolves.toMatchObject({ code: 2 });
  });

  it('shows where messages go, tries it, sends one again, and switches an endpoint off and on', async () => {
    const receiver = await new Receiver(status(204)).up();
    const endpoint = {
      tenant: 'acme',
      endpoint_id: 'ops',
      kind: 'webhook',
      url: receiver.url,
      events: ['request.opened'],
    };
    const secrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`];
    const settings = { dangerously_allow_loopback: true, endpoints: [{ ...endpoint, secrets }] };
    const path = join(world().local.data_dir, 'secrets/notifications.json');
    writeFileSync(path, JSON.stringify(settings), { mode: 0o600 });
    const items = async (...args: string[]): Promise<unknown> => (await json('notifications', ...args))['items'];
    const got = (): unknown[] => receiver.got.map(({ headers }) => headers['webhook-id']);
    try {
      const shown = { endpoint_id: 'ops', kind: 'webhook', to: new URL(receiver.url).host, status: 'enabled' };
      await eventually(async () => expect(await items('list')).toContainEqual(expect.objectContaining(shown)));
      const { delivery_id, message_id } = await json('notifications', 'test', 'ops');
      await eventually(() => expect(got()).toEqual([message_id]));
      const again = await json('notifications', 'replay', String(delivery_id));
      expect(again).toMatchObject({ replay_of: delivery_id, message_id });
      await eventually(() => expect(got()).toEqual([message_id, message_id]));
      expect(await json('notifications', 'disable', 'ops')).toMatchObject({ status: 'off', off_reason: 'admin' });
      const held = await json('notifications', 'test', 'ops');
      const waiting = await countersign('notifications', 'deliveries', '--status', 'pending');
      expect(waiting.stdout).toContain(String(held['delivery_id']));
      expect(got()).toHaveLength(2);
      expect(await json('notifications', 'enable', 'ops')).toMatchObject({ status: 'enabled' });
      await eventually(() => expect(got()).toEqual([message_id, message_id, held['message_id']]));
      const delivered = [delivery_id, again['delivery_id'], held['delivery_id']].map((id) =>
        expect.objectContaining({ delivery_id: id, last_status: 204 }),
      );
      await eventually(async () =>
        expect(await items('deliveries', '--status', 'delivered', '--endpoint', 'ops')).toEqual(
          expect.arrayContaining(delivered),
        ),
      );
      await expect(countersign('notifications', 'test', 'nowhere')).resolves.toMatchObject({ code: 1 });
      await expect(countersign('notifications', 'list', '--reviewer', 'bob')).resolves.toMatchObject({ code: 1 });
    } finally {
      receiver.down();
      rmSync(path);
    }
  }, 180_000);

  it('takes somebody off the roster, says which gates nobody can open any more, and puts the person back', async () => {
    const { items } = await json('reviewers');
    expect(items).toContainEqual(expect.objectContaining({ subject: 'vera', roles: ['clinician'], source: 'file' }));
    const owners = ['ria', 'sam', 'tea'];
    let unreachable: unknown = [];
    for (const subject of owners.slice(0, 2)) ({ unreachable } = await json('reviewers', 'remove', subject));
    expect(unreachable).toContainEqual(expect.objectContaining({ policy: 'policy-changes' }));
    for (const subject of owners.slice(0, 2)) await json('reviewers', 'add', subject, '--role', 'risk-owner');
    await expect(json('reviewers', 'out', 'lex', '--until', '2030-01-01T00:00:00Z')).resolves.toMatchObject({
      absent: true,
      unreachable: [],
    });
    await expect(countersign('reviewers', 'remove', 'lex', '--reviewer', 'ann')).resolves.toMatchObject({ code: 1 });
  });

  it('signs somebody in who came onto the roster meanwhile, here and on the page, until the person is taken off', async () => {
    const unknown = { code: 2, stderr: expect.stringContaining('Unknown reviewer zoe') };
    await expect(countersign('token', '--reviewer', 'zoe')).resolves.toMatchObject(unknown);
    await json('reviewers', 'add', 'zoe', '--role', 'finance', '--name', 'Zoe Zander');
    const { token } = await json('token', '--reviewer', 'zoe');
    expect(decodeJwt(String(token))).toMatchObject({ sub: 'zoe', tenant: 'acme', roles: ['finance'] });
    const browser = new Browser(world().local.approval_url);
    expect((await browser.signIn('zoe')).text).toContain('Zoe Zander');
    const { request } = await world().decided(refund('450.00'));
    const id = request?.request_id ?? '';
    const { packet_digest } = await json('requests', id, '--reviewer', 'zoe');
    const read = ['--packet-digest', String(packet_digest)];
    const vote = await json('vote', id, 'approve', '--reviewer', 'zoe', '--reason', 'seen', ...read);
    expect(vote).toMatchObject({ request: { status: 'approved' } });
    await json('reviewers', 'remove', 'zoe');
    await expect(countersign('token', '--reviewer', 'zoe')).resolves.toMatchObject(unknown);
  });

  it('checks policies', async () => {
    const checked = await countersign('policy', 'check', join(import.meta.dirname, '../../infra/policies'));
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining('refunds.yaml: ok') });
    const broken = await countersign('policy', 'check', file('broken.yaml', 'name: x\nrules: 7\n'));
    expect(broken).toMatchObject({ code: 1, stdout: expect.stringMatching(/broken\.yaml:\d+:\d+: /) });
  });

  it('publishes a policy, says what differs, and makes it speak when two risk owners agree', async () => {
    const text = (quorum: number): string =>
      `name: cli-flow\ntenant: acme\naction_types: { cli_flow: {} }\ngates: { g: { quorum: ${quorum}, roles: [finance] } }\nfallback: g\n`;
    const cases = `policy: cli-flow\ntenant: acme\nbase: { action_type: cli_flow }\ncases: [{ name: waits, want: { decision: require_approval } }]\n`;
    const publish = (quorum: number) => {
      const [policy, beside] = [file('cli-flow.yaml', text(quorum)), file('cli-flow-cases.yaml', cases)];
      return json('policy', 'publish', policy, '--cases', beside, '--note', 'x');
    };
    expect(await publish(1)).toMatchObject({ version: 1, state: 'draft', note: 'x' });
    expect(await publish(2)).toMatchObject({ version: 2, state: 'draft' });
    const told = await countersign('policy', 'diff', 'cli-flow', '1', '2');
    expect(told.stdout).toContain('gate g: quorum rises from 1 to 2 (stricter)');
    expect(await json('policy', 'activate', 'cli-flow', '1', '--state', 'shadow')).toMatchObject({ state: 'shadow' });
    const waiting = await json('policy', 'activate', 'cli-flow', '2', '--no-wait');
    const goOn = String(waiting['go_on']).split(' ').slice(1);
    for (const person of ['ria', 'tea'])
      await castVote(await world().person(person), String(waiting['request_id']), { vote: 'approve' });
    const spoken = { state: 'active', version: 2, action_id: waiting['action_id'] };
    expect(await json(...goOn)).toMatchObject(spoken);
    expect(await json(...goOn)).toMatchObject(spoken);
    await expect(countersign('policy', 'activate', 'cli-flow', '2')).resolves.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already_so'),
    });
    await expect(countersign('policy', 'diff', 'cli-flow', '1', 'two')).resolves.toMatchObject({ code: 2 });
  });

  it('tries a policy over what was recorded, and explains a decision', async () => {
    const action = await json('submit', file('explained.json', refund('450.00', { confidence: 0.9 })));
    const id = String(action['action_id']);
    const explained = await eventually(async () => {
      const ended = await countersign('policy', 'explain', id);
      expect(ended.code).toBe(0);
      return ended.stdout;
    });
    expect(explained).toContain('the same, with the same reasons');
    expect(explained).toMatch(/single-review +yes .*amount = 450\.00 USD/);
    const all = ['--since', '1d', '--min-history', '1'];
    const same = await json('policy', 'backtest', 'refunds@1', ...all);
    expect(same).toMatchObject({ result: { status: 'complete', changed: 0 }, changed_actions: [] });
    const text = readFileSync(join(import.meta.dirname, '../../infra/policies/refunds.yaml'), 'utf8');
    const strict = file('strict.yaml', text.replaceAll('"2000.00"', '"400.00"'));
    const changes = join(folder, 'changes.jsonl');
    const told = await countersign('policy', 'backtest', strict, ...all, '--changes', changes);
    expect(told).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/finance-one-person +finance-two-person +\d+/),
    });
    expect(readFileSync(changes, 'utf8')).toContain(id);
    const few = await countersign('policy', 'backtest', strict, '--min-history', '100000');
    expect(few).toMatchObject({ code: 1, stderr: expect.stringContaining('insufficient_history') });
    await expect(countersign('policy', 'backtest', 'nothing.yaml')).resolves.toMatchObject({ code: 2 });
    await expect(countersign('policy', 'explain', 'act_unknown')).resolves.toMatchObject({ code: 1 });
  });
});
