import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InternalClient, passOn } from './internal-client.js';
import { createLogger } from './logger.js';

const open: Server[] = [];
const clients: InternalClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** An instance that answers with a status and its own name, or with null never. */
async function instance(status: number | null, body: object = {}): Promise<string> {
  const server = createServer((request, response) => {
    if (status === null) return;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...body, token: request.headers['countersign-internal'] }));
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientOf(urls: string[]): InternalClient {
  const client = new InternalClient({ urls, token: 't', log: createLogger('intake', 'error', () => undefined) });
  clients.push(client);
  return client;
}

const get = { method: 'GET', path: '/internal/x', timeoutMs: 300 } as const;
const gone = 'http://127.0.0.1:9';
const unready = { type: 'urn:countersign:problem:overloaded', status: 503, title: '', detail: 'folding' };

describe('internal client', () => {
  it.each([
    ['is gone', async () => gone],
    ['is frozen', () => instance(null)],
    ['is still folding', () => instance(503, unready)],
  ])('asks the next instance when one %s', async (_what, other) => {
    const client = clientOf([await other(), await instance(200, { from: 'good' })]);
    for (let i = 0; i < 3; i += 1)
      expect(await client.call(get)).toEqual({ status: 200, body: { from: 'good', token: 't' } });
  });

  it('waits for a frozen instance only once in a while', async () => {
    const client = clientOf([await instance(null), await instance(200)]);
    await client.call(get);
    await client.call(get);
    const from = Date.now();
    for (let i = 0; i < 10; i += 1) await client.call(get);
    expect(Date.now() - from).toBeLessThan(250);
  });

  it('ends a call when its caller has gone, and thinks no worse of the instance', async () => {
    const frozen = await instance(null);
    const good = await instance(200, { from: 'good' });
    const client = clientOf([good, frozen]);
    const leaving = new AbortController();
    // The second in turn is asked first.
    const call = client.call({ ...get, timeoutMs: 5_000, signal: leaving.signal });
    setTimeout(() => leaving.abort(), 50);
    const from = Date.now();
    await expect(call).rejects.toMatchObject({ code: 'overloaded' });
    expect(Date.now() - from).toBeLessThan(1_000);
    await client.call(get);
    await expect(client.call({ ...get, signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      code: 'overloaded',
    });
  });

  it('says overloaded when nobody answers', async () => {
    const refused = { code: 'overloaded', details: { retry_after: 1 }, retriable: true };
    await expect(clientOf([gone, gone]).call(get)).rejects.toMatchObject(refused);
  });

  it('passes on what the service refused', async () => {
    const problem = {
      type: 'urn:countersign:problem:already_terminal',
      status: 409,
      title: 't',
      detail: 'ended',
      reason: 'r',
    };
    const answer = await clientOf([await instance(409, problem)]).call(get);
    expect(() => passOn(answer)).toThrow(expect.objectContaining({ code: 'already_terminal', message: 'ended' }));
  });
});
