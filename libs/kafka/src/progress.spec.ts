import { Progress } from './progress.js';

const AT = { topic: 't', partition: 0 };
const ends = (end: number): Map<string, Map<number, number>> => new Map([['t', new Map([[0, end]])]]);

describe('progress', () => {
  let nowMs: number;
  let progress: Progress;

  beforeEach(() => {
    nowMs = 1_000_000;
    progress = new Progress(() => nowMs);
    progress.assign([AT]);
  });

  const look = (end: number): string => progress.observe(ends(end), progress.positions());

  it('finds a consumer that stands still before the end for 30 s', () => {
    progress.moved(AT, 5);
    nowMs += 30_000;
    expect(look(6)).toBe('fine');
    nowMs += 1;
    expect(look(6)).toBe('stalled');
    expect(progress.lag()).toBe(1);
  });

  it('does not mistake slow work or an idle topic for a dead consumer', () => {
    progress.moved(AT, 5);
    nowMs += 29_000;
    progress.alive(AT);
    nowMs += 29_000;
    expect(look(6)).toBe('fine');
    nowMs += 100_000;
    expect(look(5)).toBe('fine');
  });

  it('counts from the last look at which everything was read, not from the last record of an idle topic', () => {
    progress.moved(AT, 5);
    nowMs += 3_600_000;
    expect(look(5)).toBe('fine');
    nowMs += 5_000;
    expect(look(6)).toBe('fine');
    nowMs += 25_001;
    expect(look(6)).toBe('stalled');
  });

  it('tells a log that went back from one odd look', () => {
    progress.moved(AT, 5);
    expect(look(4)).toBe('fine');
    expect(look(4)).toBe('log_went_back');
    expect(look(5)).toBe('fine');
  });

  it('is not healthy before the join nor without sight of the cluster', () => {
    expect(new Progress(() => nowMs).healthy()).toBe(false);
    expect(progress.healthy()).toBe(true);
    nowMs += 20_000;
    expect(progress.healthy()).toBe(false);
    look(0);
    expect(progress.healthy()).toBe(true);
    progress.restart();
    expect(progress.healthy()).toBe(false);
  });

  it('commits what moved, once', () => {
    expect(progress.uncommitted()).toEqual([]);
    progress.moved(AT, 5);
    expect(progress.uncommitted()).toEqual([{ ...AT, offset: 5 }]);
    progress.committed([{ ...AT, offset: 5 }]);
    expect(progress.uncommitted()).toEqual([]);
  });

  it('forgets positions on every join: another member may have moved on', () => {
    progress.moved(AT, 5);
    progress.assign([AT]);
    expect(progress.unknown()).toHaveLength(1);
    expect(progress.uncommitted()).toEqual([]);
    progress.moved({ topic: 't', partition: 1 }, 3);
    expect(progress.positions()).toEqual([]);
  });
});
