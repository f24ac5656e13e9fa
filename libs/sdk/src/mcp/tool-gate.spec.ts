import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { actionId } from '@countersign/canonical';
import { digestOfAction } from '../action-facts.js';
import { createClient } from '../client.js';
import { handleOf } from '../handle.js';
import { createAuthority, documentOf, facts, ISSUER, refund, type Authority } from '../testing/fixtures.js';
import { startPeer, type Peer, type Received, type Reply } from '../testing/peer.js';
import type { ActionDocument, JsonObject } from '../types.js';
import { RESUME_TOOL } from './answers.js';
import { KEY_MEMBER } from './call-key.js';
import { createToolGate, type ToolGate } from './tool-gate.js';
import type { GatedTool, ToolGateOptions } from './tool.js';

const args = { order_id: '12345', method: 'card', amount: { value: '6000.00', currency: 'USD' } };
const schema = {
  order_id: z.string(),
  method: z.string(),
  amount: z.object({ value: z.string(), currency: z.string() }),
};
const options: ToolGateOptions = {
  ...{ tenant: 'acme', issuer: ISSUER, environment: 'production' as const },
  ...{ agent: refund.agent, model: refund.model },
};

interface Told {
  isError?: boolean;
  content: { text: string }[];
  structuredContent?: JsonObject;
}

let authority: Authority;
let peer: Peer;
let action: JsonObject;
let redeemed: Reply;
let ran: JsonObject[];
let tool: GatedTool<CallToolResult>;

/** As intake does: the id of an action follows from its key. */
const idOf = (key: string): string => actionId('acme', refund.agent.id, key);

function answer({ method, path, headers }: Received): Reply {
  if (method === 'POST' && path === '/v1/actions')
    action = { ...action, action_id: idOf(String(headers['idempotency-key'])) };
  if (path === '/.well-known/jwks.json') return { status: 200, body: authority.keys };
  if (path === '/v1/grants/redeem') return redeemed;
  if (path.endsWith('/outcome')) return { status: 201, body: action };
  return { status: method === 'POST' ? 202 : 200, body: action };
}

type Register = (server: McpServer, gate: ToolGate<CallToolResult>) => unknown;

/** A real server of MCP with the gated tool, and a client that is connected to it. */
async function connect(
  register: Register = (server, gate) => server.registerTool('refund', { inputSchema: schema }, gate.gateTool(tool)),
  more: Partial<ToolGateOptions> = {},
): Promise<McpClient> {
  const urls = { intakeUrl: peer.url, approvalUrls: [peer.url] };
  const sdk = createClient({ ...urls, apiKey: 'key', retryForMs: 100 });
  const gate = createToolGate<CallToolResult>(sdk, { ...options, ...more });
  const server = new McpServer({ name: 'shop', version: '1' });
  register(server, gate);
  server.registerTool(RESUME_TOOL, { inputSchema: { handle: z.string() } }, gate.resume);
  const [here, there] = InMemoryTransport.createLinkedPair();
  const client = new McpClient({ name: 'agent', version: '1' });
  await Promise.all([server.connect(there), client.connect(here)]);
  return client;
}

async function call(client: McpClient, name = 'refund', given: JsonObject = args, _meta?: JsonObject): Promise<Told> {
  return (await client.callTool({ name, arguments: given, _meta })) as unknown as Told;
}

const keys = (): unknown[] =>
  peer.received.filter(({ path }) => path === '/v1/actions').map(({ headers }) => headers['idempotency-key']);
const outcomes = (): unknown[] =>
  peer.received.filter(({ path }) => path.endsWith('/outcome')).map(({ body }) => JSON.parse(body));
const KEY = 'mcp:refund:order-1';
/** The handle of an action that the tool proposed earlier. */
function handle(): string {
  action = { ...action, action_id: idOf(KEY) };
  return handleOf(action as unknown as ActionDocument, { idempotencyKey: KEY, tool: 'refund' });
}

beforeEach(async () => {
  authority = await createAuthority();
  peer = await startPeer(answer);
  redeemed = { status: 200, body: { result: 'ok' } };
  ran = [];
  tool = {
    ...{ name: 'refund', actionType: 'refund' },
    subjectOf: () => ({ on_behalf_of: refund.on_behalf_of, target: refund.target }),
    run: async (parameters) => {
      ran.push(parameters);
      return { content: [{ type: 'text', text: 'refunded' }] };
    },
  };
});
afterEach(() => peer.close());

/** Actions of tools have no preconditions, so the fixture's digest is not theirs. */
const signed = async (parameters: JsonObject = args): Promise<string> => {
  const { preconditions: _none, ...rest } = refund;
  const action_digest = digestOfAction({ ...rest, tenant: 'acme', agent_id: refund.agent.id, parameters });
  return authority.sign({ authorization_details: [{ type: 'urn:countersign:action', action_digest }] });
};

describe('a gated tool of an MCP server', () => {
  it('runs when its action is allowed, and the outcome is reported', async () => {
    action = documentOf('approved', await signed());
    expect(await call(await connect())).toMatchObject({ content: [{ text: 'refunded' }] });
    expect(ran).toEqual([args]);
    expect(outcomes()).toMatchObject([{ status: 'executed', result: {} }]);
  });

  it('answers pending with a handle that another server resumes', async () => {
    const request = { request_id: 'req_1', roles: ['finance'], approvals: { required: 2, given: 0 }, respond_by: null };
    action = { ...documentOf('pending', null), request };
    const told = await call(await connect());
    expect(told.isError).toBeUndefined();
    expect(told.structuredContent).toMatchObject({
      status: 'pending',
      action_id: action['action_id'],
      request: { request_id: 'req_1' },
    });
    expect(told.content[0]?.text).toContain('Nothing has been done yet');
    const given = String(told.structuredContent?.['handle']);

    const other = await connect();
    expect(await call(other, RESUME_TOOL, { handle: given })).toMatchObject({ structuredContent: { handle: given } });
    expect(ran).toEqual([]);
    action = { ...documentOf('approved', await signed()), action_id: action['action_id'] ?? null };
    expect(await call(other, RESUME_TOOL, { handle: given })).toMatchObject({ content: [{ text: 'refunded' }] });
    expect(ran).toEqual([args]);
    expect(keys()).toHaveLength(1);
  });

  it('asks for two actions by two equal calls, and for one when the client says that they are one', async () => {
    action = documentOf('pending', null);
    const client = await connect();
    for (const _call of [1, 2]) await call(client);
    for (const _call of [1, 2]) await call(client, 'refund', args, { [KEY_MEMBER]: 'order-12345' });
    expect(new Set(keys()).size).toBe(3);
    expect(keys().slice(2)).toEqual(['mcp:refund:order-12345', 'mcp:refund:order-12345']);
  });

  it('sends the same body under the same key from every session and server', async () => {
    action = documentOf('pending', null);
    for (const _server of [1, 2]) await call(await connect(), 'refund', args, { [KEY_MEMBER]: 'order-12345' });
    const bodies = peer.received.filter(({ path }) => path === '/v1/actions').map(({ body }) => body);
    expect(bodies[1]).toBe(bodies[0]);
    await call(await connect(), 'refund', args, { [KEY_MEMBER]: 'order-6' });
    expect(JSON.parse(peer.received.at(-2)?.body ?? '')).not.toMatchObject({
      run_id: JSON.parse(bodies[0] ?? '').run_id,
    });
  });

  it('knows a call that is sent again although its own effect changed the facts it rests on', async () => {
    const grant = { grant_id: 'grant_1', status: 'consumed', expires_at: '' };
    const effective = { parameters: args, digest: '', changed: false, diff: [] };
    const refused = { type: 'urn:countersign:problem:duplicate_request', title: '', status: 409 };
    action = { ...documentOf('approved', null), grant, action_type: 'refund', environment: 'production', effective };
    await peer.close();
    peer = await startPeer((request) => {
      if (request.method === 'POST') return { status: 409, body: refused };
      return { status: 200, body: request.path.startsWith('/v1/actions?') ? { items: [action] } : action };
    });
    const again = (given: JsonObject) =>
      connect().then((client) => call(client, 'refund', given, { [KEY_MEMBER]: 'order-1' }));
    expect(await again(args)).toMatchObject({ structuredContent: { status: 'already_consumed' } });
    expect(peer.received.map(({ path }) => path)).toContain('/v1/actions?idempotency_key=mcp%3Arefund%3Aorder-1');
    const other = await again({ ...args, order_id: '6' });
    expect(other).toMatchObject({ isError: true, structuredContent: { code: 'duplicate_request' } });
    expect(ran).toEqual([]);
  });

  it('says what people said, and that it is not to be tried again', async () => {
    const votes = [{ vote: 'deny', reason: 'the receipt is of another order', voted_at: '' }];
    action = { ...documentOf('denied', null), request: { votes } as JsonObject };
    const told = await call(await connect());
    expect(told).toMatchObject({ isError: true, structuredContent: { status: 'denied', retry: 'never' } });
    expect(told.content[0]?.text).toMatch(/the receipt is of another order.*Do not retry/);
    expect(ran).toEqual([]);
  });

  it.each(['expired', 'cancelled'] as const)('says that an %s action may be proposed anew', async (status) => {
    action = documentOf(status, null);
    const told = await call(await connect(), RESUME_TOOL, { handle: handle() });
    expect(told).toMatchObject({ isError: true, structuredContent: { status, retry: 'new_proposal' } });
  });

  it.each([
    ['revoked', 'never'],
    ['lapsed', 'new_proposal'],
  ])('does not run with a %s grant', async (status, retry) => {
    action = {
      ...documentOf('approved', null),
      grant: { grant_id: 'g', status, expires_at: '', token: await signed() },
    };
    expect(await call(await connect())).toMatchObject({ isError: true, structuredContent: { status, retry } });
    expect(ran).toEqual([]);
  });

  it('does not run a second time', async () => {
    action = { ...documentOf('approved', null), grant: { grant_id: 'g', status: 'consumed', expires_at: '' } };
    const told = await call(await connect(), RESUME_TOOL, { handle: handle() });
    expect(told).toMatchObject({ structuredContent: { status: 'already_consumed' } });
    expect(ran).toEqual([]);
  });

  it('runs other parameters than the ones asked for only where the server says so', async () => {
    const changed = { ...args, amount: { value: '100.00', currency: 'USD' } };
    action = documentOf('approved', await signed(changed), changed);
    const told = await call(await connect());
    expect(told).toMatchObject({ isError: true, structuredContent: { parameters: changed } });
    expect(ran).toEqual([]);
    tool = { ...tool, acceptChanges: true };
    expect(await call(await connect())).toMatchObject({ content: [{ text: 'refunded' }] });
    expect(ran).toEqual([changed]);
  });

  it.each([
    ['the token releases something else', async () => ({ ...documentOf('approved', await authority.sign()) })],
    ['the redemption is refused', async () => documentOf('approved', await signed())],
  ])('does not run when %s', async (name, document) => {
    action = await document();
    const refusal = { type: 'urn:countersign:problem:frozen', title: 'Frozen', status: 409 };
    if (name.startsWith('the redemption')) redeemed = { status: 409, body: refusal };
    expect(await call(await connect())).toMatchObject({ isError: true });
    expect([ran, outcomes()]).toEqual([[], []]);
  });

  it('reports an effect that failed as failed, and never as nothing done', async () => {
    action = documentOf('approved', await signed());
    tool = { ...tool, run: () => Promise.reject(new Error('card refused')) };
    const told = await call(await connect());
    expect(told).toMatchObject({ isError: true });
    expect(told.content[0]?.text).toContain('card refused');
    expect(told.content[0]?.text).not.toContain('Nothing has been done');
    expect(outcomes()).toMatchObject([{ status: 'failed' }]);
  });

  it('refuses handles of other tools and no handles at all', async () => {
    action = documentOf('approved', await signed());
    const client = await connect();
    const document = { ...action, action_id: idOf(KEY) } as unknown as ActionDocument;
    const swapped = handleOf(document, { idempotencyKey: KEY, tool: 'pay' });
    const made = handleOf(document, { idempotencyKey: 'mcp:pay:order-1', tool: 'pay' });
    for (const text of ['x', swapped, made, handleOf(document)])
      expect(await call(client, RESUME_TOOL, { handle: text })).toMatchObject({
        structuredContent: { code: 'wrong_use' },
      });
    expect(peer.received).toEqual([]);
  });

  it('of no arguments is called as servers call it', async () => {
    tool = { ...tool, name: 'sweep', actionType: 'refund' };
    action = documentOf('approved', await signed({}), {});
    action = { ...action, effective: { ...(action['effective'] as JsonObject), changed: false } };
    const client = await connect((server, gate) => server.registerTool('sweep', {}, gate.gateTool(tool)));
    expect(await call(client, 'sweep', {})).toMatchObject({ content: [{ text: 'refunded' }] });
    expect(ran).toEqual([{}]);
  });

  it('that needs a key refuses calls without one, and nothing is proposed', async () => {
    action = documentOf('pending', null);
    const client = await connect(undefined, { requireKey: true });
    expect(await call(client)).toMatchObject({ isError: true, structuredContent: { code: 'wrong_use' } });
    expect(peer.received).toEqual([]);
    await call(client, 'refund', args, { [KEY_MEMBER]: 'order-1' });
    expect(keys()).toEqual(['mcp:refund:order-1']);
  });

  it('reads its preconditions from the world, when it proposes and again when it runs', async () => {
    const seen = ['7', '7', '8'];
    tool = { ...tool, preconditionsOf: () => Promise.resolve({ order_etag: seen.shift() ?? '' }) };
    action = documentOf('approved', await authority.sign(), args);
    const effective = { parameters: args, digest: digestOfAction(facts), changed: false, diff: [] };
    action = { ...action, effective };
    expect(await call(await connect())).toMatchObject({ content: [{ text: 'refunded' }] });
    const sent = peer.received.filter(({ path }) => ['/v1/actions', '/v1/grants/redeem'].includes(path));
    expect(sent.map(({ body }) => JSON.parse(body).preconditions)).toEqual([{ order_etag: '7' }, { order_etag: '7' }]);
    const told = await call(await connect(), RESUME_TOOL, { handle: handle() });
    expect(told).toMatchObject({ isError: true, structuredContent: { code: 'precondition_changed' } });
    expect(ran).toEqual([args]);
  });

  it('tells of an effect whatever its result is', async () => {
    action = documentOf('approved', await signed());
    tool = { ...tool, outcomeOf: () => ({ id: 10n }) as unknown as JsonObject };
    expect(await call(await connect())).toMatchObject({ content: [{ text: 'refunded' }] });
    tool = {
      ...tool,
      outcomeOf: () => {
        throw new Error('no such member');
      },
    };
    expect(await call(await connect())).toMatchObject({ content: [{ text: 'refunded' }] });
    expect(outcomes()).toMatchObject([{ status: 'executed' }, { status: 'executed' }]);
  });

  it('answers with the fault when nothing can be reached', async () => {
    await peer.close();
    expect(await call(await connect())).toMatchObject({ isError: true, structuredContent: { code: 'unreachable' } });
  });
});
