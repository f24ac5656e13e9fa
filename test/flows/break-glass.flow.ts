import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAction, SdkError, type ActionDocument, type JsonObject, type Proposal } from '@countersign/sdk';
import { eventually } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { castVote, readRequest } from '../../apps/cli/src/shared/vote.js';
import { Browser, fieldOf } from './support/browser.js';
import { commandAt, commandOnTerminal } from './support/command.js';
import { approve, refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

const REASON = 'payments are down, INC-4711';
let folder: string;

/** A command as somebody types it, against this run's system. */
async function countersign(...args: string[]): Promise<{ code: number; json: JsonObject; stderr: string }> {
  const { code, stdout, stderr } = await commandAt(join(folder, 'local.json'), ...args, '--json');
  return { code, json: stdout === '' ? {} : (JSON.parse(stdout) as JsonObject), stderr };
}

const proposal = (action_type: string): Proposal => refund('10.00', { action_type });
const read = (action: ActionDocument): Promise<ActionDocument> => readAction(world().agent(), action.action_id);
const requestOf = ({ request }: ActionDocument): string => request?.request_id ?? 'none';
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: unknown) => (error instanceof SdkError ? error.code : Promise.reject(error)),
  );

/** Breaks the glass as this person, who has read what waits. */
async function breakGlass(subject: string, requestId: string, reason = REASON): Promise<JsonObject> {
  const person = await world().person(subject);
  const { packet_digest } = await readRequest(person, requestId);
  const path = `/v1/requests/${requestId}/break-glass`;
  const headers = { 'idempotency-key': randomUUID() };
  const call = { method: 'POST', path, headers, body: { packet_digest, reason } } as const;
  return (await person.approval.send(call)).body as JsonObject;
}

const claimsOf = (token = ''): JsonObject =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JsonObject;

describe('in an emergency', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-emergency-'));
    writeFileSync(join(folder, 'local.json'), JSON.stringify(world().local), { mode: 0o600 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('one authorised person lets an action go, the token says so, and somebody else looks at it afterwards', async () => {
    const wanted = proposal('urgent-type');
    const action = await world().decided(wanted);
    await world().vote('ann', action, approve);
    const glass = ['break-glass', requestOf(action), '--reason', REASON];
    // Here is no terminal, so nobody was shown anything.
    const unseen = { code: 2, json: {}, stderr: expect.stringContaining('--packet-digest') as string };
    expect(await countersign(...glass)).toMatchObject(unseen);
    const stale = await countersign(...glass, '--packet-digest', `sha256:${'0'.repeat(64)}`);
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringContaining('stale_packet') as string });
    const declined = await commandOnTerminal(join(folder, 'local.json'), 'no', ...glass);
    expect(declined).toMatchObject({ code: 1, stdout: expect.stringContaining('What an approval releases') as string });
    expect(declined.stdout).toContain('10.00 USD');
    expect((await read(action)).status).toBe('pending');
    const { packet_digest } = await readRequest(await world().person('ann'), requestOf(action));
    const done = await countersign(...glass, '--packet-digest', packet_digest);
    expect(done).toMatchObject({ code: 0, stderr: '', json: { request: { status: 'approved' } } });

    const { resolution, grant } = await read(action);
    expect(resolution).toMatchObject({ status: 'approved', resolved_by: 'admin', reason_code: 'break_glass' });
    const life = Date.parse(grant?.expires_at ?? '') - Date.parse(resolution?.resolved_at ?? '');
    expect(life).toBe(60_000);
    expect(claimsOf(grant?.token ?? '')['authorization_details']).toMatchObject([
      { approvals: { required: 2, given: 1 }, approvers: ['joy'], break_glass: true },
    ]);
    await expect(world().redeem(grant?.token ?? '', facts(wanted))).resolves.toMatchObject({ result: 'ok' });

    const review = String(done.json['review_request_id']);
    const bob = await world().person('bob');
    const shown = await readRequest(bob, review);
    expect(shown).toMatchObject({
      ...{ kind: 'audit', status: 'pending', gate: 'look' },
      packet: { break_glass: { by: { subject: 'joy' }, reason: REASON } },
    });
    await castVote(bob, review, { vote: 'harmful', reason: 'the carrier had not confirmed' });
    await audited(action.action_id);
  });

  /** What the analyst reads: no answer of people, a count of its own, a label, and everything in the events. */
  async function audited(id: string): Promise<void> {
    const row = await eventually(
      async () => {
        const [found] = await world().rows<JsonObject>(`SELECT * FROM audit WHERE action_id = '${id}'`);
        expect(found?.['label']).toBe('harmful');
        return found;
      },
      { withinMs: 30_000 },
    );
    expect(row).toMatchObject({
      ...{ resolved_by: 'admin', reviewer_id: 'joy', reason: REASON, overridden: false },
      ...{ approvals_required: 2, approvals_given: 1, label_source: 'break_glass_review', sample_probability: null },
    });
    const [event] = await world().rows<JsonObject>(
      `SELECT actor, payload FROM events WHERE type = 'GlassBroken' AND action_id = '${id}'`,
    );
    expect([event?.['actor'], JSON.parse(String(event?.['payload']))]).toEqual([
      'joy',
      expect.objectContaining({ reason: REASON, approvals_given: 1, grant_ttl_s: 60 }),
    ]);
    const person = await world().person('ann');
    const path = '/v1/metrics?action_type=urgent-type&group_by=action_type';
    const { groups } = (await person.telemetry.send({ method: 'GET', path })).body as { groups: JsonObject[] };
    expect(groups).toMatchObject([
      {
        ...{ break_glass: 1, override_rate: { k: 0, n: 0 }, time_to_approve: { n: 0 } },
        harmful_executed: { approved_by_people: 0, by_break_glass: 1 },
      },
    ]);
  }

  it('refuses everybody else, where policy does not say so, and without a reason; and notes each of them', async () => {
    const action = await world().decided(proposal('urgent-type'));
    const shut = await world().decided(proposal('shut-type'));
    const tried = [
      await codeOf(breakGlass('max', requestOf(action))),
      await codeOf(breakGlass('oli', requestOf(action))),
      await codeOf(breakGlass('joy', requestOf(shut))),
      await codeOf(breakGlass('joy', requestOf(action), 'now')),
    ];
    expect(tried).toEqual(['not_eligible', 'not_eligible', 'break_glass_not_allowed', 'reason_required']);
    expect([(await read(action)).status, (await read(shut)).status]).toEqual(['pending', 'pending']);
    await eventually(
      async () => {
        const refused = await world().rows<{ code: string }>(
          `SELECT code FROM refusals WHERE request_id IN ('${requestOf(action)}', '${requestOf(shut)}') ORDER BY at`,
        );
        expect(refused.map(({ code }) => code)).toEqual(tried);
      },
      { withinMs: 30_000 },
    );
  });

  it('is on the page of those who can, and of nobody else', async () => {
    const action = await world().decided(proposal('urgent-type'));
    const path = `/page/requests/${requestOf(action)}`;
    const [joy, ann] = [new Browser(world().local.approval_url), new Browser(world().local.approval_url)];
    await joy.signIn('joy');
    await ann.signIn('ann');
    expect((await ann.get(path)).text).not.toContain('break_glass');
    const shown = await joy.get(path);
    const sent = (emergency: string) => ({
      ...{ csrf: fieldOf(shown, 'csrf'), packet_digest: fieldOf(shown, 'packet_digest') },
      ...{ verb: 'break_glass', form_id: randomUUID(), emergency },
    });
    const short = await joy.post(`${path}/break-glass`, sent('now'));
    expect([short.status, short.text.includes('at least 20 characters')]).toEqual([422, true]);
    expect((await joy.post(`${path}/break-glass`, sent(REASON))).status).toBe(303);
    expect((await read(action)).resolution).toMatchObject({ resolved_by: 'admin', reason_code: 'break_glass' });
  });

  it('a kill switch is stronger; it stops every clock for exactly as long as it is on', async () => {
    const action = await world().decided(proposal('urgent-type'));
    const before = action.request;
    const frozen = await countersign('freeze', '--action-type', 'urgent-type', '--reason', 'look first');
    expect(frozen).toMatchObject({ code: 0, json: { frozen: true, action_type: 'urgent-type', agent_id: null } });
    const freezeId = String(frozen.json['freeze_id']);
    expect(await codeOf(breakGlass('joy', requestOf(action)))).toBe('frozen');
    expect((await read(action)).request).toMatchObject({ paused: true });
    const listed = await countersign('freezes');
    expect(listed.json['items']).toMatchObject([{ freeze_id: freezeId, frozen_by: 'max', reason: 'look first' }]);
    expect(await countersign('unfreeze', freezeId)).toMatchObject({ code: 0, json: { frozen: false } });

    const after = (await read(action)).request;
    const person = await world().person('ann');
    const path = `/v1/requests/${requestOf(action)}/custody`;
    const { paused_s } = (await person.approval.send({ method: 'GET', path })).body as { paused_s: number };
    const moved = (name: 'expires_at' | 'respond_by') =>
      Date.parse(after?.[name] ?? '') - Date.parse(before?.[name] ?? '');
    expect(paused_s).toBeGreaterThan(0.5);
    const paused_ms = Math.round(paused_s * 1000);
    expect([moved('expires_at'), moved('respond_by')]).toEqual([paused_ms, paused_ms]);
    expect(await codeOf(breakGlass('joy', requestOf(action)))).toBe('ok');
  });

  it('a grant is taken back from the command line', async () => {
    const wanted = proposal('free-type');
    const action = await world().decided(wanted);
    const { grant } = await read(action);
    const revoked = await countersign('revoke', grant?.grant_id ?? '', '--reason', 'not today');
    expect(revoked).toMatchObject({ code: 0, json: { status: 'revoked' } });
    expect(await codeOf(world().redeem(grant?.token ?? '', facts(wanted)))).toBe('revoked');
    expect(await countersign('revoke', grant?.grant_id ?? '', '--reason', 'again')).toMatchObject({ code: 1 });
    expect(await countersign('freeze')).toMatchObject({ code: 2 });
  });
});
