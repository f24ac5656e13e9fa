import { createEndpoint } from './endpoint.js';
import { startPeer, type Peer, type Reply } from './testing/peer.js';

const busy: Reply = {
  status: 503,
  body: { type: 'urn:countersign:problem:overloaded', title: 'Busy', status: 503, detail: 'Try again.' },
};

async function withPeer(reply: (index: number) => Reply, use: (peer: Peer) => Promise<void>): Promise<void> {
  const peer = await startPeer((_request, index) => reply(index));
  try {
    await use(peer);
  } finally {
    await peer.close();
  }
}

const post = { method: 'POST', path: '/x', body: { a: 1 }, headers: { 'idempotency-key': 'k-1' } } as const;

describe('endpoint', () => {
  it('sends the same key and bytes again after 503, 429 and a lost connection', async () => {
    const replies: Reply[] = [busy, 'cut', { status: 429, body: {} }, { status: 201, body: { ok: true } }];
    await withPeer(
      (index) => replies[index] as Reply,
      async (peer) => {
        const answer = await createEndpoint({ urls: [peer.url], bearer: 'key' }).send(post);
        expect(answer).toMatchObject({ status: 201, body: { ok: true } });
        expect(peer.received).toHaveLength(4);
        expect(new Set(peer.received.map((seen) => `${seen.headers['idempotency-key']} ${seen.body}`)).size).toBe(1);
        expect(peer.received[3]?.headers.authorization).toBe('Bearer key');
      },
    );
  });

  it('sends bytes as they are, again too', async () => {
    const raw = { type: 'application/pdf', content: Buffer.from('%PDF-1.7') };
    await withPeer(
      (index) => (index === 0 ? busy : { status: 201, body: {} }),
      async (peer) => {
        await createEndpoint({ urls: [peer.url], bearer: 'key' }).send({ method: 'POST', path: '/x', raw });
        const seen = peer.received.map(({ headers, body }) => [headers['content-type'], body]);
        expect(seen).toEqual([
          ['application/pdf', '%PDF-1.7'],
          ['application/pdf', '%PDF-1.7'],
        ]);
      },
    );
  });

  it('waits as long as Retry-After asks', async () => {
    const asked: Reply = { ...busy, headers: { 'retry-after': '1' } } as Reply;
    await withPeer(
      (index) => (index === 0 ? asked : { status: 200, body: {} }),
      async (peer) => {
        const startedAt = Date.now();
        await createEndpoint({ urls: [peer.url], bearer: null }).send(post);
        expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
      },
    );
  });

  it('gives up at the bound with the last problem', async () => {
    await withPeer(
      () => busy,
      async (peer) => {
        const endpoint = createEndpoint({ urls: [peer.url], bearer: null, retryForMs: 300 });
        await expect(endpoint.send(post)).rejects.toMatchObject({ code: 'overloaded', status: 503 });
        expect(peer.received.length).toBeGreaterThan(1);
      },
    );
  });

  it('goes on to another instance when the first is gone', async () => {
    await withPeer(
      () => ({ status: 200, body: { from: 'second' } }),
      async (peer) => {
        const endpoint = createEndpoint({ urls: ['http://127.0.0.1:9', peer.url], bearer: null });
        await expect(endpoint.send(post)).resolves.toMatchObject({ body: { from: 'second' } });
      },
    );
  });

  it('is unreachable when nobody answers', async () => {
    const endpoint = createEndpoint({ urls: ['http://127.0.0.1:9'], bearer: null, retryForMs: 0 });
    await expect(endpoint.send(post)).rejects.toMatchObject({ code: 'unreachable', problem: null });
  });

  it('does not retry a refusal and carries its problem document', async () => {
    const problem = {
      type: 'urn:countersign:problem:invalid_action',
      title: 'No',
      status: 422,
      pointer: '/confidence',
    };
    await withPeer(
      () => ({ status: 422, body: problem }),
      async (peer) => {
        const sent = createEndpoint({ urls: [peer.url], bearer: null }).send(post);
        await expect(sent).rejects.toMatchObject({ code: 'invalid_action', problem: { pointer: '/confidence' } });
        expect(peer.received).toHaveLength(1);
      },
    );
  });

  it('refuses an answer with duplicate keys', async () => {
    await withPeer(
      () => ({ status: 200, text: '{"status":"denied","status":"approved"}' }),
      async (peer) => {
        const sent = createEndpoint({ urls: [peer.url], bearer: null }).send(post);
        await expect(sent).rejects.toMatchObject({ code: 'bad_answer' });
      },
    );
  });
});
