import { Watchers } from './watchers.js';

describe('those who wait for an action', () => {
  it('hear of its change, and of no other', async () => {
    const watchers = new Watchers();
    const waiting = watchers.change('act_1', 5_000);
    watchers.wake(['act_2']);
    watchers.wake(['act_1']);
    await expect(waiting).resolves.toBe(true);
  });

  it('are let go when nobody wants to know any more', async () => {
    const watchers = new Watchers();
    const gone = new AbortController();
    const from = Date.now();
    const waiting = watchers.change('act_1', 5_000, gone.signal);
    gone.abort();
    await expect(waiting).resolves.toBe(false);
    await expect(watchers.change('act_1', 5_000, gone.signal)).resolves.toBe(false);
    expect(Date.now() - from).toBeLessThan(1_000);
  });
});
