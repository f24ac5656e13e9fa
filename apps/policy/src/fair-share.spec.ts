import { FairShare } from './fair-share.js';

const hold = (ms: number) => (): void => {
  for (const until = performance.now() + ms; performance.now() < until;);
};

describe('work that holds the event loop', () => {
  it('of one caller takes a tenth of it, and another one does not wait for that', async () => {
    const share = new FairShare();
    const begunMs = performance.now();
    const mine = Promise.all([1, 2, 3].map(() => share.run('ann', hold(10))));
    await share.run('bob', () => undefined);
    const otherMs = performance.now() - begunMs;
    await mine;
    const ownMs = performance.now() - begunMs;
    expect(ownMs).toBeGreaterThan(200);
    expect(otherMs).toBeLessThan(ownMs / 2);
  });

  it('throws what it throws, and goes on', async () => {
    const share = new FairShare();
    const bad = share.run('ann', () => {
      throw new Error('no');
    });
    await expect(bad).rejects.toThrow('no');
    await expect(share.run('ann', () => 1)).resolves.toBe(1);
  });

  it('does not pile up without end', async () => {
    const share = new FairShare();
    const all = await Promise.allSettled(Array.from({ length: 40 }, () => share.run('ann', hold(0.1))));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []));
    expect(refused).toEqual(Array(8).fill('rate_limited'));
  });
});
