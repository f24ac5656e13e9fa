import { Readable } from 'node:stream';
import { RawBodies } from './raw-body.js';

describe('files that come in', () => {
  it('have places for each caller, so that slow ones do not take those of all', async () => {
    const bodies = new RawBodies({ maxBytes: 10 });
    const endless = (): Readable => new Readable({ read: () => undefined });
    const streams = Array.from({ length: 4 }, endless);
    const slow = streams.map((stream) => bodies.use('slow', stream, async () => 'read'));
    const size = async (bytes: Buffer): Promise<number> => bytes.length;
    await expect(bodies.use('slow', Readable.from([Buffer.from('x')]), size)).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await expect(bodies.use('other', Readable.from([Buffer.from('x')]), size)).resolves.toBe(1);
    for (const stream of streams) stream.push(null);
    await expect(Promise.all(slow)).resolves.toEqual(['read', 'read', 'read', 'read']);
    await expect(bodies.use('slow', Readable.from([Buffer.from('x')]), size)).resolves.toBe(1);
  });
});
