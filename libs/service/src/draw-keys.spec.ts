import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyedDraws, liveDrawKeys, rotateDrawKey } from './draw-keys.js';
import { createLogger } from './logger.js';

const quiet = createLogger('policy', 'error', () => undefined);
const hex = (digit: string): string => digit.repeat(64);
const EPOCH = '1970-01-01T00:00:00.000Z';

function folderWith(content: unknown): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  writeFileSync(join(dir, 'draws.json'), JSON.stringify(content));
  return dir;
}

describe('draws', () => {
  const { place } = keyedDraws({ key_id: 'k1', key: hex('a') });

  it('are the first 48 bits of HMAC-SHA-256 over the parts as JSON', () => {
    const parts = ['share', 'acme', 'refunds', 'agent', 'order:"1"'];
    const mac = createHmac('sha256', Buffer.from(hex('a'), 'hex')).update(
      '["share","acme","refunds","agent","order:\\"1\\""]',
    );
    expect(place(parts)).toBe(mac.digest().readUIntBE(0, 6) / 2 ** 48);
  });

  it('are uniform within 1 %, and others with another key', () => {
    const other = keyedDraws({ key_id: 'k2', key: hex('b') }).place;
    const tenths = new Array<number>(10).fill(0);
    let both = 0;
    for (let n = 0; n < 50_000; n += 1) {
      const parts = ['audit', 'acme', 'refunds', `act_${n}`];
      tenths[Math.floor(place(parts) * 10)]! += 1;
      if (place(parts) < 0.5 && other(parts) < 0.5) both += 1;
    }
    for (const count of tenths) expect(Math.abs(count / 50_000 - 0.1)).toBeLessThan(0.01);
    expect(Math.abs(both / 50_000 - 0.25)).toBeLessThan(0.01);
  });

  it('tell parts from one another, wherever one ends and the next begins', () => {
    expect(place(['share', 'a', 'b|c'])).not.toBe(place(['share', 'a|b', 'c']));
    expect(place(['share', 'a', 'b","c'])).not.toBe(place(['share', 'a', 'b', 'c']));
  });
});

describe('keys of draws', () => {
  const keys = [
    { key_id: 'new', key: hex('b'), since: '2026-06-01T00:00:00.000Z' },
    { key_id: 'old', key: hex('a'), since: EPOCH },
  ];

  it('hold from their time on, in whatever order they stand, and the oldest one before', () => {
    const live = liveDrawKeys(folderWith({ keys }), quiet);
    expect(live.at(Date.parse('2026-06-01T00:00:00.000Z') - 1).keyId).toBe('old');
    expect(live.at(Date.parse('2026-06-01T00:00:00.000Z')).keyId).toBe('new');
    expect(live.at(-1).keyId).toBe('old');
    expect([live.named('old')?.keyId, live.named('gone')]).toEqual(['old', null]);
  });

  it('are replaced for what is proposed a moment later; the former ones can be drawn with again', () => {
    const dir = folderWith({ keys: keys.slice(1) });
    const key_id = rotateDrawKey(dir, Date.parse('2027-01-01T00:00:00.000Z'));
    const live = liveDrawKeys(dir, quiet);
    expect(live.at(Date.parse('2027-01-01T00:00:01.000Z')).keyId).toBe('old');
    expect(live.at(Date.parse('2027-01-01T00:00:02.000Z')).keyId).toBe(key_id);
    const parts = ['share', 'acme', 'refunds', 'agent', 'order:1'];
    expect(live.named('old')?.place(parts)).toBe(keyedDraws(keys[1]!).place(parts));
    expect(live.named(key_id)?.place(parts)).not.toBe(live.named('old')?.place(parts));
    expect(statSync(join(dir, 'draws.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'draws.json'), 'utf8')).toContain(hex('a'));
  });

  it.each([
    {},
    { keys: [] },
    { keys: [{ ...keys[0], key: 'ab' }] },
    { keys: [{ ...keys[0], since: 'soon' }] },
    { keys: [{ ...keys[0], key_id: '' }] },
  ])('are refused by the name of the file where they are malformed: %j', (content) => {
    expect(() => liveDrawKeys(folderWith(content), quiet)).toThrow('draws.json');
  });
});
