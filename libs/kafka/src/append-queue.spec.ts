import { AppendCall } from './append-call.js';
import { AppendQueue } from './append-queue.js';
import type { OutRecord } from './port.js';

const record = (bytes: number): OutRecord => ({ topic: 't', key: null, value: Buffer.alloc(bytes), headers: {} });

const call = (...sizes: number[]): AppendCall => {
  const made = new AppendCall(sizes.map(record), 50);
  made.answer.catch(() => undefined);
  return made;
};

describe('append queue', () => {
  it('takes in order up to the number of records, then up to the bytes, and always at least one', () => {
    const queue = new AppendQueue();
    queue.push(call(1, 1));
    queue.push(call(1, 5_000, 90_000));
    expect(queue.take(2, 10_000).map(({ index }) => index)).toEqual([0, 1]);
    expect(queue.take(9, 10_000).map(({ index }) => index)).toEqual([0, 1]);
    expect(queue.take(9, 10_000).map(({ index }) => index)).toEqual([2]);
    expect(queue.length).toBe(0);
    expect(queue.take(9, 10_000)).toEqual([]);
  });

  it('drops records of calls that were given up', () => {
    const queue = new AppendQueue();
    const [late, next] = [call(1), call(1)];
    queue.push(late);
    queue.push(next);
    late.fail(new Error('late'));
    expect(queue.take(9, 9_000).map((item) => item.call)).toEqual([next]);
  });
});

describe('append call', () => {
  it('answers once every record is acknowledged, in the order of the records', async () => {
    const made = call(1, 1);
    const at = (offset: number) => ({ topic: 't', partition: 0, offset, timestampMs: null });
    made.acknowledge(1, at(8));
    expect(made.settled).toBe(false);
    made.acknowledge(0, at(7));
    await expect(made.answer).resolves.toEqual([at(7), at(8)]);
  });

  it('knows at its deadline whether anything can be in the log', async () => {
    const [never, maybe] = [new AppendCall([record(1)], 5), new AppendCall([record(1)], 5)];
    maybe.attempted = true;
    await expect(never.answer).rejects.toMatchObject({ code: 'overloaded' });
    await expect(maybe.answer).rejects.toMatchObject({ code: 'unknown_outcome' });
  });

  it('answers an empty call at once', async () => {
    await expect(new AppendCall([], 5).answer).resolves.toEqual([]);
  });
});
