import { Unpublished } from './unpublished.js';

const settled = async (promise: Promise<void>): Promise<boolean> => {
  let isSettled = false;
  void promise.then(() => (isSettled = true));
  await new Promise((resolve) => setTimeout(resolve, 100));
  return isSettled;
};

describe('denials that are not published yet', () => {
  it('are waited for until the publisher is past them, each by its own partition', async () => {
    const upTo = new Map<number, number | null>([
      [0, 5],
      [1, null],
    ]);
    const unpublished = new Unpublished(() => Promise.resolve(upTo));
    unpublished.add('act_a', { partition: 0, offset: 5 });
    unpublished.add('act_b', { partition: 1, offset: 0 });
    expect(await settled(unpublished.published('act_other'))).toBe(true);
    const [a, b] = [unpublished.published('act_a'), unpublished.published('act_b')];
    expect(await settled(a)).toBe(false);
    upTo.set(0, 6);
    expect([await settled(a), await settled(b)]).toEqual([true, false]);
    upTo.set(1, 1);
    expect(await settled(b)).toBe(true);
    expect(await settled(unpublished.published('act_b'))).toBe(true);
  });

  it('hold nobody up for longer than 3 s, nor when the service stops', async () => {
    const unpublished = new Unpublished(() => Promise.reject(new Error('away')));
    unpublished.add('act_a', { partition: 0, offset: 1 });
    const began = Date.now();
    await unpublished.published('act_a');
    expect(Date.now() - began).toBeGreaterThan(2_500);
    unpublished.add('act_b', { partition: 0, offset: 1 });
    const waits = unpublished.published('act_b');
    unpublished.close();
    expect(await settled(waits)).toBe(true);
  }, 10_000);
});
