import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import {
  cancel,
  createClient,
  createToolGate,
  handleOf,
  KEY_MEMBER,
  propose,
  readAction,
  RESUME_TOOL,
  resume,
  verifyCallback,
  type ActionDocument,
  type JsonObject,
} from '@countersign/sdk';
import { eventually, startSystem, type TestSystem } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { Receiver } from '../../apps/approval/test/receivers.js';
import { commandAt } from './support/command.js';
import { approve, deny, refund } from './support/proposals.js';
import { facts, TENANT, worldOf, type World } from './support/world.js';

let system: TestSystem;
let world: World;
beforeAll(async () => {
  system = await startSystem({ approvalInstances: 2 });
  world = worldOf(system.local);
}, 120_000);
afterAll(() => system?.close(), 60_000);

const gated = refund('450.00', { confidence: 0.9 });

describe('the agent side', () => {
  it('does not lose a decision that came before anybody waited', async () => {
    const action = await world.decided(gated);
    await world.vote('ann', action, approve);
    const since = Date.now();
    const read = await resume(world.agent(), handleOf(action), { timeoutMs: 30_000 });
    expect(read).toMatchObject({ status: 'approved', grant: { status: 'issued', token: expect.any(String) } });
    expect(Date.now() - since).toBeLessThan(2_000);
  }, 60_000);

  it('goes on with a handle on another worker, with the key of the same agent and no other', async () => {
    const { action } = await propose(world.agent(), gated, randomUUID());
    const handle = handleOf(action);
    await expect(resume(world.agent('content-agent'), handle, { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'not_found',
    });
    const forged = handleOf({ ...action, digest: `sha256:${'0'.repeat(64)}` });
    await expect(resume(world.agent(), forged, { timeoutMs: 0 })).rejects.toMatchObject({
      code: 'action_digest_mismatch',
    });
    const waits = resume(world.agent(), handle, { timeoutMs: 30_000 });
    await world.vote('ann', await resume(world.agent(), handle, { timeoutMs: 5_000, for: 'decision' }), approve);
    const { grant } = await waits;
    await expect(world.redeem(grant?.token ?? '', facts(gated))).resolves.toMatchObject({ result: 'ok' });
  }, 60_000);

  it('a wait ends with the cancellation', async () => {
    const action = await world.decided(gated);
    const waits = resume(world.agent(), handleOf(action), { timeoutMs: 30_000 });
    await cancel(world.agent(), action.action_id);
    await expect(waits).resolves.toMatchObject({ status: 'cancelled', grant: null });
  }, 60_000);

  it('waits at the second instance of approval when the first has died', async () => {
    const action = await world.decided(gated);
    await world.vote('ann', action, approve);
    const later = await world.decided(gated);
    await system.stopPart('approval');
    try {
      await expect(resume(world.agent(), handleOf(action), { timeoutMs: 30_000 })).resolves.toMatchObject({
        status: 'approved',
        grant: { token: expect.any(String) },
      });
      const waits = resume(world.agent(), handleOf(later), { timeoutMs: 40_000 });
      await world.vote('bob', later, deny);
      await expect(waits).resolves.toMatchObject({ status: 'denied', resolution: { retry: 'never' } });
    } finally {
      await system.startPart('approval');
      await system.ready('approval');
    }
  }, 120_000);
});

describe('an agent that is called back', () => {
  const receiver = new Receiver((response, nth) => void response.writeHead(nth === 1 ? 503 : 204).end());
  const about = ({ action_id }: ActionDocument) => receiver.got.filter(({ body }) => body.includes(action_id));
  const keys = async (...args: string[]): Promise<Record<string, string>> => {
    const path = join(world.local.data_dir, 'local.json');
    const { code, stdout, stderr } = await commandAt(path, 'keys', ...args, '--agent', 'refund-agent', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Record<string, string>;
  };
  let secret: string;

  beforeAll(async () => {
    await receiver.up();
    secret = world.local.agents.find(({ agent_id }) => agent_id === 'refund-agent')?.signing_secret ?? '';
    const path = join(world.local.data_dir, 'secrets/notifications.json');
    writeFileSync(path, '{"dangerously_allow_loopback":true,"endpoints":[]}', { mode: 0o600 });
    await keys('callback', '--url', receiver.url);
    await setTimeout(1_500);
  }, 60_000);
  afterAll(() => receiver.down());

  it('verifies the callback, reads the action and may act; a receiver that failed hears it again', async () => {
    const action = await world.decided(gated);
    await world.vote('ann', action, approve);
    await eventually(() => expect(about(action)).toHaveLength(2), { withinMs: 30_000 });
    const [first, second] = about(action);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    const { action_id } = verifyCallback(second?.headers ?? {}, second?.body ?? '', secret);
    expect(second?.body).toBe(`{"action_id":"${action_id}","status":"approved"}`);
    const { grant } = await readAction(world.agent(), action_id);
    await expect(world.redeem(grant?.token ?? '', facts(gated))).resolves.toMatchObject({ result: 'ok' });
  }, 60_000);

  it('hears what policy decided, signed with the old secret and the new one while both are valid', async () => {
    const { signing_secret: fresh = '' } = await keys('rotate-secret');
    await setTimeout(1_500);
    const action = await world.decided(refund('40.00'));
    expect(action.status).toBe('approved');
    await eventually(() => expect(about(action).length).toBeGreaterThan(0), { withinMs: 30_000 });
    const [{ headers, body }] = about(action) as [(typeof receiver.got)[number]];
    const told = { action_id: action.action_id, status: 'approved' };
    expect([secret, fresh].map((one) => verifyCallback(headers, body, one))).toEqual([told, told]);
  }, 60_000);

  it('loses nothing by a callback that was lost', async () => {
    receiver.down();
    const action = await world.decided(gated);
    const waits = resume(world.agent(), handleOf(action), { timeoutMs: 30_000 });
    await world.vote('ann', action, deny);
    await expect(waits).resolves.toMatchObject({ status: 'denied', resolution: { message: deny.reason } });
    const late = await resume(world.agent(), handleOf(action), { timeoutMs: 0 });
    expect([late.status, about(action)]).toEqual(['denied', []]);
  }, 60_000);

  it('is called no more once the operator says so', async () => {
    await keys('callback', '--off');
    await receiver.up();
    await setTimeout(1_500);
    const action = await world.decided(refund('40.00'));
    await setTimeout(3_000);
    expect(about(action)).toEqual([]);
  }, 60_000);
});

describe('a tool of an MCP server', () => {
  const ran: JsonObject[] = [];

  async function connect(): Promise<McpClient> {
    const { intake_url: intakeUrl, approval_urls: approvalUrls, approval_url: issuer, agents } = world.local;
    const apiKey =
      agents.find(({ agent_id, tenant }) => agent_id === 'refund-agent' && tenant === TENANT)?.api_key ?? '';
    const about = {
      tenant: TENANT,
      issuer,
      agent: gated.agent,
      model: gated.model,
      environment: 'production',
    } as const;
    const gate = createToolGate<CallToolResult>(createClient({ intakeUrl, approvalUrls, apiKey }), about);
    const server = new McpServer({ name: 'shop', version: '1' });
    const amount = z.object({ value: z.string(), currency: z.string() });
    const inputSchema = { order_id: z.string(), method: z.string(), amount };
    const handler = gate.gateTool({
      ...{ name: 'refund', actionType: 'refund' },
      subjectOf: ({ order_id }) => ({ on_behalf_of: 'customer:812', target: `order:${String(order_id)}` }),
      detailsOf: () => ({ confidence: 0.97, signals: { fraud_score: 0.05 } }),
      run: async (parameters) => {
        ran.push(parameters);
        return { content: [{ type: 'text', text: 'refunded' }] };
      },
    });
    server.registerTool('refund', { inputSchema }, handler);
    server.registerTool(RESUME_TOOL, { inputSchema: { handle: z.string() } }, gate.resume);
    const [here, there] = InMemoryTransport.createLinkedPair();
    const client = new McpClient({ name: 'agent', version: '1' });
    await Promise.all([server.connect(there), client.connect(here)]);
    return client;
  }

  const call = async (client: McpClient, name: string, given: JsonObject, _meta?: JsonObject) =>
    (await client.callTool({ name, arguments: given, _meta })) as CallToolResult & { structuredContent?: JsonObject };
  const argsOf = (value: string): JsonObject => ({
    order_id: '12345',
    method: 'card',
    amount: { value, currency: 'USD' },
  });
  const read = (told: { structuredContent?: JsonObject }): Promise<ActionDocument> =>
    readAction(world.agent(), String(told.structuredContent?.['action_id']));

  it('runs at once what policy allows', async () => {
    expect(await call(await connect(), 'refund', argsOf('40.00'))).toMatchObject({ content: [{ text: 'refunded' }] });
    expect(ran.splice(0)).toEqual([argsOf('40.00')]);
  }, 60_000);

  it('answers with a handle, and another server runs it once after people approved', async () => {
    const asked = await call(await connect(), 'refund', argsOf('450.00'));
    expect(asked).toMatchObject({ structuredContent: { status: 'pending', request: { approvals: { required: 1 } } } });
    const given = { handle: asked.structuredContent?.['handle'] ?? null };
    const other = await connect();
    expect(await call(other, RESUME_TOOL, given)).toMatchObject({ structuredContent: { status: 'pending' } });
    expect(ran).toEqual([]);
    await world.vote('ann', await read(asked), approve);
    expect(await call(other, RESUME_TOOL, given)).toMatchObject({ content: [{ text: 'refunded' }] });
    expect(ran.splice(0)).toEqual([argsOf('450.00')]);
    const third = await connect();
    // Another instance of approval may be asked that has not read the outcome yet.
    await eventually(async () => {
      const structuredContent = { status: 'already_consumed', outcome: { status: 'executed' } };
      expect(await call(third, RESUME_TOOL, given)).toMatchObject({ structuredContent });
    });
    expect(ran).toEqual([]);
  }, 60_000);

  it('tells the model why people denied', async () => {
    const key = { [KEY_MEMBER]: randomUUID() };
    const client = await connect();
    const asked = await call(client, 'refund', argsOf('450.00'), key);
    await world.vote('ann', await read(asked), deny);
    const told = await call(client, 'refund', argsOf('450.00'), key);
    expect(told).toMatchObject({ isError: true, structuredContent: { status: 'denied', retry: 'never' } });
    expect(JSON.stringify(told.content)).toContain(deny.reason);
  }, 60_000);
});
