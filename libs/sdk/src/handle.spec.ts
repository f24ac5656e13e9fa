import { createClient } from './client.js';
import { handleOf, readHandle, resume } from './handle.js';
import { documentOf } from './testing/fixtures.js';
import { startPeer, type Peer } from './testing/peer.js';
import type { ActionDocument } from './types.js';

const action = documentOf('pending', null) as unknown as ActionDocument;
const handle = handleOf(action, { idempotencyKey: 'k-1' });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const missing = { type: 'urn:countersign:problem:not_found', title: 'Not found', status: 404 };

describe('a handle', () => {
  let peer: Peer;
  beforeEach(async () => {
    peer = await startPeer(({ path, headers }) =>
      headers.authorization === 'Bearer key' && path.startsWith('/v1/actions/act_1?')
        ? { status: 200, body: documentOf('approved', 'token') }
        : { status: 404, body: missing },
    );
  });
  afterEach(() => peer.close());
  const clientOf = (apiKey: string) => createClient({ intakeUrl: peer.url, apiKey });

  it('names the action, its digest and its key, and no secret', () => {
    const { action_id, digest } = action;
    expect(readHandle(handle)).toEqual({ v: 1, action_id, digest, idempotency_key: 'k-1', tool: null });
    const approved = documentOf('approved', 'token') as unknown as ActionDocument;
    expect(Buffer.from(handleOf(approved), 'base64url').toString()).not.toContain('token');
  });

  it('is resumed by whoever has the key of the same agent', async () => {
    await expect(resume(clientOf('key'), handle)).resolves.toMatchObject({ grant: { token: 'token' } });
  });

  it.each([
    ['another agent', 'other-key', handle, 'not_found'],
    ['another digest', 'key', handleOf({ ...action, digest: `sha256:${'0'.repeat(64)}` }), 'action_digest_mismatch'],
    ['another action', 'key', handleOf({ ...action, action_id: 'act_2' }), 'not_found'],
    ['an action that leads elsewhere', 'key', handleOf({ ...action, action_id: '../grants' }), 'not_found'],
  ])('is refused to %s', async (_name, key, text, code) => {
    await expect(resume(clientOf(key), text)).rejects.toMatchObject({ code });
  });

  it.each([
    ['', 'empty'],
    ['%%%', 'no base64url'],
    [handle.slice(0, -5), 'cut'],
    [encode({ ...readHandle(handle), v: 2 }), 'another version'],
    [encode({ v: 1, action_id: 'act_1' }), 'without a digest'],
    [encode({ ...readHandle(handle), action_id: 7 }), 'with a number'],
    [encode(null), 'null'],
    [encode({ ...readHandle(handle), tool: 'x'.repeat(2000) }), 'too long'],
  ])('is not read from %s (%s)', async (text) => {
    await expect(resume(clientOf('key'), text)).rejects.toMatchObject({ code: 'wrong_use' });
    expect(peer.received).toHaveLength(0);
  });
});
