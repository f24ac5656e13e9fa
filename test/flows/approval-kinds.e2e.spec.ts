import { digestOfAction, readAction, redeem, SdkError, type ActionDocument, type Proposal } from '@countersign/sdk';
import { eventually, startSystem, type TestSystem } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { castVote, moveHeld, type Ballot } from '../../apps/cli/src/shared/vote.js';
import { approve, refund } from './support/proposals.js';
import { facts, worldOf, type World } from './support/world.js';

/** A policy of one action type with one rule and these gates. */
const policy = (name: string, then: string, gates: string, lines = ''): [string, string] => [
  `${name}.yaml`,
  `name: ${name}\naction_types: { ${name}: {} }\nrules: [{ name: only, then: ${then} }]\ngates:\n  look: { quorum: 1, roles: [approver, finance] }\n${gates}fallback: look\n${lines}\n`,
];
const ASK = 'require_approval, gate: own';
const FILES = [
  policy('held-type', ASK, '  own: { pattern: hold-before-send, quorum: 1, roles: [finance] }\n'),
  policy(
    'two-duties',
    ASK,
    '  own: { factors: [{ name: money, count: 1, roles: [finance] }, { name: second, count: 1, roles: [finance, approver] }] }\n',
  ),
  policy('seen-type', ASK, '  own: { pattern: dry-run, diff: required, quorum: 1, roles: [finance] }\n'),
  policy('advised-type', ASK, '  own: { quorum: 1, roles: [finance] }\n', 'mode: soft'),
  policy('sampled-type', 'allow', '', 'audit: { sample: { allowed: 1 }, gate: look }'),
];

describe('what people can be asked beside a plain approval', () => {
  let system: TestSystem;
  let world: World;

  beforeAll(async () => {
    const policies = mkdtempSync(join(tmpdir(), 'countersign-kinds-'));
    for (const [file, text] of FILES) writeFileSync(join(policies, file), text);
    system = await startSystem({ policies });
    world = worldOf(system.local);
  }, 120_000);
  afterAll(() => system?.close(), 60_000);

  const proposal = (action_type: string, more: Partial<Proposal> = {}): Proposal =>
    refund('10.00', { action_type, ...more });
  const read = (action: ActionDocument): Promise<ActionDocument> => readAction(world.agent(), action.action_id);
  const requestOf = ({ request }: ActionDocument): string => request?.request_id ?? 'none';
  const codeOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'ok',
      (error: unknown) => (error instanceof SdkError ? error.code : Promise.reject(error)),
    );

  it('an approved action that is held has no grant until its release, and none after its recall', async () => {
    const wanted = proposal('held-type');
    const [sent, taken] = [await world.decided(wanted), await world.decided(proposal('held-type'))];
    for (const action of [sent, taken]) await world.vote('ann', action, approve);
    expect(await read(sent)).toMatchObject({ status: 'approved', held: true, grant: null });

    const ann = await world.person('ann');
    const { items } = (await ann.approval.send({ method: 'GET', path: '/v1/requests?held=true' })).body as {
      items: { action_id: string; held: boolean }[];
    };
    expect(items.map(({ action_id }) => action_id).sort()).toEqual([sent.action_id, taken.action_id].sort());

    await moveHeld(ann, requestOf(sent), { wish: 'release' });
    await moveHeld(ann, requestOf(taken), { wish: 'recall' });
    const { grant, held } = await read(sent);
    expect(held).toBe(false);
    await expect(world.redeem(grant?.token ?? '', facts(wanted))).resolves.toMatchObject({ result: 'ok' });
    expect(await read(taken)).toMatchObject({ held: false, grant: null, resolution: { reason_code: 'recalled' } });
    expect(await codeOf(moveHeld(ann, requestOf(sent), { wish: 'recall' }))).toBe('already_consumed');
    expect(await codeOf(moveHeld(ann, requestOf(taken), { wish: 'release' }))).toBe('revoked');
  }, 60_000);

  it('an approved action that is held goes by itself at the time that its approver named', async () => {
    const action = await world.decided(proposal('held-type'));
    const release_at = new Date(Date.now() + 2_000).toISOString();
    const ann = await world.person('ann');
    const path = `/v1/requests/${requestOf(action)}`;
    const { packet_digest } = (await ann.approval.send({ method: 'GET', path })).body as { packet_digest: string };
    const headers = { 'idempotency-key': randomUUID() };
    const body = { vote: 'approve', packet_digest, release_at };
    await ann.approval.send({ method: 'POST', path: `${path}/votes`, headers, body });
    expect(await read(action)).toMatchObject({ held: true, release_at, grant: null });
    await eventually(
      async () => expect(await read(action)).toMatchObject({ held: false, grant: { status: 'issued' } }),
      { withinMs: 15_000 },
    );
  }, 60_000);

  it('two factors take two people, and the token says so', async () => {
    const wanted = proposal('two-duties');
    const action = await world.decided(wanted);
    expect(action.request?.approvals).toEqual({ required: 2, given: 0 });
    await world.vote('ann', action, approve);
    expect(await read(action)).toMatchObject({ status: 'pending', request: { approvals: { required: 2, given: 1 } } });
    expect(await codeOf(world.vote('ann', action, approve))).toBe('already_voted');
    await world.vote('bob', action, approve);
    const { grant } = await world.ended(wanted, action.action_id);
    await expect(world.redeem(grant?.token ?? '', facts(wanted))).resolves.toMatchObject({ result: 'ok' });
  }, 60_000);

  it('the approval of a dry run releases its diff and no other', async () => {
    const wanted = proposal('seen-type', { before: { posts: 1 }, after: { posts: 2 } });
    const action = await world.decided(wanted);
    await world.vote('ann', action, approve);
    const { grant } = await world.ended(wanted, action.action_id);
    const claims = JSON.parse(Buffer.from(grant?.token?.split('.')[1] ?? '', 'base64url').toString()) as {
      authorization_details: [{ diff_digest: string }];
    };
    const [{ diff_digest }] = claims.authorization_details;
    expect(diff_digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const claim = (stated: string): Promise<unknown> =>
      redeem(world.executor(), {
        ...{ token: grant?.token ?? '', action_digest: digestOfAction(facts(wanted)), environment: 'production' },
        ...{ preconditions: null, request_id: randomUUID(), diff_digest: stated },
      });
    expect(await codeOf(claim(`sha256:${'0'.repeat(64)}`))).toBe('action_digest_mismatch');
    expect(await codeOf(claim(diff_digest))).toBe('ok');
    expect(await codeOf(world.decided(proposal('seen-type')))).toBe('diff_required');
  }, 60_000);

  it('advice is recorded and binds nothing', async () => {
    const wanted = proposal('advised-type');
    const action = await world.decided(wanted);
    expect(action).toMatchObject({ status: 'approved', request: { kind: 'advisory', status: 'pending' } });
    await world.vote('ann', action, { vote: 'deny', reason: 'I would not have' });
    const after = await read(action);
    expect(after).toMatchObject({ status: 'approved', request: { status: 'denied' }, grant: { status: 'issued' } });
    await expect(world.redeem(after.grant?.token ?? '', facts(wanted))).resolves.toMatchObject({ result: 'ok' });
    const row = `SELECT approval_status, reviewer_id, overridden FROM audit WHERE action_id = '${action.action_id}'`;
    await eventually(async () => {
      const vote = await world.rows(`SELECT request_kind, counted FROM votes WHERE action_id = '${action.action_id}'`);
      expect(vote).toEqual([{ request_kind: 'advisory', counted: false }]);
      const [audited] = await world.rows(row);
      expect(audited).toEqual({ approval_status: 'not_required', reviewer_id: null, overridden: false });
    });
  }, 60_000);

  it('the audit of a sample is a label with its probability', async () => {
    const action = await world.decided(proposal('sampled-type'));
    // An agent is never shown that it was drawn.
    expect(action).toMatchObject({ status: 'approved', request: null });
    const ann = await world.person('ann');
    const path = '/v1/requests?status=pending&kind=audit&action_type=sampled-type';
    const drawn = await eventually(async () => {
      const { items } = (await ann.approval.send({ method: 'GET', path })).body as { items: { request_id: string }[] };
      expect(items).toHaveLength(1);
      return items[0]?.request_id ?? 'none';
    });
    const answer = (ballot: Ballot): Promise<unknown> => castVote(ann, drawn, ballot);
    expect(await codeOf(answer(approve))).toBe('vote_not_offered');
    expect(await codeOf(answer({ vote: 'harmful' }))).toBe('reason_required');
    await answer({ vote: 'harmful', reason: 'the wrong customer' });
    const label = `SELECT label, source, labelled_by, sample_probability FROM labels WHERE action_id = '${action.action_id}'`;
    await eventually(
      async () =>
        expect(await world.rows(label)).toEqual([
          { label: 'harmful', source: 'audit_sample', labelled_by: 'ann', sample_probability: 1 },
        ]),
      { withinMs: 20_000 },
    );
    expect(await read(action)).toMatchObject({ status: 'approved', grant: { status: 'issued' } });
  }, 60_000);
});
