import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAC_HEADER, signRecord, verifyRecord } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import { createLogger } from './logger.js';
import { liveMacKeys, rotateMacKey } from './mac-keys.js';

const hex = (digit: string): string => digit.repeat(64);
const quiet = createLogger('approval', 'error', () => undefined);
const input = {
  topic: 'countersign.approvals.v1',
  key: 'acme|act_1',
  value: Buffer.from('what was approved'),
  headers: {},
};
const signed = (mac: string) => ({ ...input, headers: { [MAC_HEADER]: mac } });

function folderWith(keys: object): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  writeFileSync(join(dir, 'mac.json'), JSON.stringify(keys));
  return dir;
}
const inFile = (dir: string): MacKeys => JSON.parse(readFileSync(join(dir, 'mac.json'), 'utf8')) as MacKeys;

describe('keys of countersign-mac', () => {
  it('change while records are written and read, and none is taken for a forgery', async () => {
    const dir = folderWith({ approval: hex('a'), intake: hex('b') });
    const writer = liveMacKeys(dir, 'approval', quiet);
    // Instances look at the file at moments of their own.
    const readers: MacKeys[] = [];
    for (let index = 0; index < 5; index += 1) {
      readers.push(liveMacKeys(dir, 'approval', quiet));
      await sleep(190);
    }
    let isRotating = true;
    const rotating = rotateMacKey(dir, 'approval').finally(() => (isRotating = false));
    let read = 0;
    for (const endMs = Date.now() + 4_000; Date.now() < endMs || isRotating; read += 1) {
      const mac = signRecord(input, 'approval', writer);
      for (const reader of readers) expect(verifyRecord(signed(mac), reader)).toBe('approval');
      await sleep(10);
    }
    await rotating;
    expect(read).toBeGreaterThan(50);
    const mac = signRecord(input, 'approval', writer);
    expect(() => verifyRecord(signed(mac), { approval: hex('a') })).toThrow('does not fit');
    expect(inFile(dir)).toEqual({ approval: [hex('a'), expect.stringMatching(/^[0-9a-f]{64}$/)], intake: hex('b') });
    expect(statSync(join(dir, 'mac.json')).mode & 0o777).toBe(0o600);
  }, 20_000);

  it('are no others after another rotation: what the former ones wrote is believed', async () => {
    const dir = folderWith({ approval: [hex('a'), hex('c')] });
    const former = [hex('a'), hex('c')].map((key) => signRecord(input, 'approval', { approval: key }));
    await rotateMacKey(dir, 'approval');
    for (const mac of former) expect(verifyRecord(signed(mac), inFile(dir))).toBe('approval');
  }, 20_000);

  it('stay as they were while the file cannot be read', async () => {
    const dir = folderWith({ approval: hex('a') });
    const keys = liveMacKeys(dir, 'approval', quiet);
    writeFileSync(join(dir, 'mac.json'), '{"approval": "');
    await sleep(1_100);
    expect(keys.approval).toBe(hex('a'));
    writeFileSync(join(dir, 'mac.json'), JSON.stringify({ approval: hex('d') }));
    await sleep(1_100);
    expect(keys.approval).toBe(hex('d'));
  });

  it('are asked for by name when one is missing or malformed, and never shown', () => {
    expect(() => liveMacKeys(folderWith({ intake: hex('a') }), 'approval', quiet)).toThrow('no key for approval');
    expect(() => liveMacKeys(folderWith({ approval: [hex('a'), 'abc'] }), 'approval', quiet)).toThrow(
      /^mac\.json has no 32-byte hex key for approval$/,
    );
    expect(() => liveMacKeys(tmpdir(), 'approval', quiet)).toThrow('countersign up');
  });
});
