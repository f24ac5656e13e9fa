import { attach, readAction, SdkError, type ActionDocument, type JsonObject, type Proposal } from '@countersign/sdk';
import { startSystem, eventually, type TestSystem } from '@countersign/testing';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { castVote, readRequest } from '../../apps/cli/src/shared/vote.js';
import { refund } from './support/proposals.js';
import { worldOf, type World } from './support/world.js';

const EXAMPLES = join(import.meta.dirname, '../../infra/policies/examples');
const REASON = 'the invoice and the order agree';
const invoice = (text: string) => ({
  ...{ kind: 'invoice', name: 'invoice 4711.pdf', mediaType: 'application/pdf' },
  bytes: Buffer.from(`%PDF-1.7\n${text}\n`),
});
const page = { kind: 'invoice', name: 'i.html', mediaType: 'text/html', bytes: Buffer.from('<script>') };
/** As docs/api.md says, with nothing of ours. */
const digest = (value: unknown): string =>
  `sha256:${createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex')}`;

describe('a wire transfer needs its invoice', () => {
  let system: TestSystem;
  let world: World;

  beforeAll(async () => {
    system = await startSystem({ policies: EXAMPLES, approvalInstances: 2 });
    world = worldOf(system.local);
  }, 120_000);
  afterAll(() => system?.close(), 60_000);

  const transfer = (): Proposal =>
    refund('1200.00', {
      ...{ action_type: 'wire_transfer', target: 'beneficiary:4711', on_behalf_of: null },
      preconditions: { balance_version: '1', beneficiary_version: '1' },
      parameters: {
        ...{ beneficiary_id: '4711', country: 'DE', reference: 'invoice 4711' },
        amount: { value: '1200.00', currency: 'USD' },
      },
    });
  const requestOf = ({ request }: ActionDocument): string => request?.request_id ?? 'none';
  const shownTo = async (who: string, action: ActionDocument) =>
    readRequest(await world.person(who), requestOf(action));
  const vote = async (who: string, action: ActionDocument, kind: 'approve' | 'deny' = 'approve') =>
    castVote(await world.person(who), requestOf(action), { vote: kind, reason: REASON }).then(
      () => 'ok',
      (error: unknown) => (error instanceof SdkError ? error.code : Promise.reject(error)),
    );

  it('from the agent, before anybody can approve; everybody approves the same packet', async () => {
    const wanted = transfer();
    const action = await world.decided(wanted);
    expect(action).toMatchObject({
      status: 'pending',
      decision: { gate: 'wire-sanctions' },
      request: { evidence: { required: ['invoice'], missing: ['invoice'] } },
    });
    const bare = await shownTo('tom', action);
    expect([await vote('tom', action), bare['evidence']]).toEqual([
      'evidence_required',
      { required: ['invoice'], missing: ['invoice'] },
    ]);
    await expect(attach(world.agent(), action.action_id, page)).rejects.toMatchObject({
      code: 'unsupported_media_type',
      status: 415,
    });
    const strangers = attach(world.agent('content-agent'), action.action_id, invoice('x'));
    await expect(strangers).rejects.toMatchObject({ code: 'not_found' });

    const sent = await attach(world.agent(), action.action_id, invoice('first'), 'first');
    expect(sent.action.request?.evidence).toEqual({ required: ['invoice'], missing: [] });
    expect(await attach(world.agent(), action.action_id, invoice('first'), 'first')).toMatchObject(sent);
    expect(await vote('tom', action)).toBe('ok');
    // Late evidence: Tom approved another packet, so he is asked again.
    await attach(world.agent(), action.action_id, { ...invoice('second'), kind: 'delivery-note' });
    expect((await readAction(world.agent(), action.action_id)).request?.approvals.given).toBe(0);
    for (const who of ['ann', 'bob', 'len', 'tom']) expect(await vote(who, action)).toBe('ok');
    expect(await vote('tom', action)).toBe('already_voted');
    expect(await world.ended(wanted, action.action_id)).toMatchObject({
      status: 'approved',
      grant: { status: 'issued' },
    });
    const late = attach(world.agent(), action.action_id, invoice('third'));
    await expect(late).rejects.toMatchObject({ code: 'already_terminal' });

    const { packet, packet_digest } = (await shownTo('nob', action)) as unknown as {
      packet: JsonObject;
      packet_digest: string;
    };
    const { attachments } = packet;
    expect(packet_digest).toBe(digest({ packet: digest({ ...packet, attachments: [] }), attachments }));
    expect(digest({ ...packet, attachments: [] })).toBe(bare.packet_digest);
    const rows = () =>
      world.rows<{ kind: string; sha256: string; voided: number }>(
        `SELECT JSONExtractString(payload, 'kind') AS kind, JSONExtractString(payload, 'sha256') AS sha256,
          toUInt8(JSONLength(payload, 'voided_votes')) AS voided
        FROM events WHERE type = 'EvidenceRecorded' AND action_id = '${action.action_id}' ORDER BY time, kind`,
      );
    await eventually(async () =>
      expect(await rows()).toEqual([
        { kind: 'invoice', sha256: sent.attachment.sha256, voided: 0 },
        { kind: 'delivery-note', sha256: expect.any(String) as string, voided: 1 },
      ]),
    );
  });

  it('which outlives the instance that took it, and is served as a file to save', async () => {
    const action = await world.decided(transfer());
    const { attachment } = await attach(world.agent(), action.action_id, invoice('kept'));
    for (const part of ['approval', 'approval-2']) system.kill(part);
    for (const part of ['approval', 'approval-2']) await system.ready(part);
    const { evidence } = await shownTo('ann', action);
    expect(evidence).toEqual({ required: ['invoice'], missing: [] });
    const path = `/v1/requests/${requestOf(action)}/attachments/${attachment.attachment_id}`;
    const headers = { authorization: `Bearer ${await system.token('ann')}` };
    for (const url of system.local.approval_urls) {
      const response = await fetch(url + path, { headers });
      expect(Buffer.from(await response.arrayBuffer())).toEqual(invoice('kept').bytes);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-disposition': `attachment; filename="invoice 4711.pdf"; filename*=UTF-8''invoice%204711.pdf`,
        'content-security-policy': "sandbox; default-src 'none'",
        ...{ 'content-type': 'application/pdf', 'x-content-type-options': 'nosniff' },
      });
    }
    const stranger = { authorization: `Bearer ${await system.token('gus')}` };
    expect((await fetch(system.local.approval_url + path, { headers: stranger })).status).toBe(404);
    expect(await vote('tom', action, 'deny')).toBe('ok');
  });
});
