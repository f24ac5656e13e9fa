import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@countersign/canonical';
import { loadPolicy } from '@countersign/policy';
import { readPolicyFiles } from './policy-files.js';

const POLICY =
  'name: vouchers\naction_types: { voucher: { from: action_types } }\ngates: { one: { quorum: 1, roles: [r] } }\nfallback: one\n';
const TYPE = 'action_type: voucher\nfacts: { amount: { at: /parameters/amount, type: money, currency: USD } }\n';

describe('readPolicyFiles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  const type = join(folder, 'action_types', 'voucher.yaml');
  mkdirSync(join(folder, 'action_types'));
  writeFileSync(join(folder, 'vouchers.yaml'), POLICY);
  beforeEach(() => writeFileSync(type, TYPE));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes action types that have their own file into the content, which needs the folder no more', () => {
    const [file, ...others] = readPolicyFiles(folder);
    expect(others).toEqual([]);
    expect(file?.content).toBe(`${POLICY}---\n${TYPE}`);
    expect(file?.content_hash).toBe(sha256(file?.content ?? ''));
    expect(loadPolicy(file?.content ?? '', 'vouchers.yaml').policy?.types.get('voucher')?.facts).toHaveLength(1);
  });

  it('gives another hash when an action type changes', () => {
    const before = readPolicyFiles(folder)[0]?.content_hash;
    writeFileSync(type, TYPE.replace('USD', 'EUR'));
    expect(readPolicyFiles(folder)[0]?.content_hash).not.toBe(before);
  });

  it('names the place of a problem in an action type', () => {
    writeFileSync(type, TYPE.replace('USD', 'usd'));
    expect(() => readPolicyFiles(folder)).toThrow(
      /action_types\/voucher.yaml:2:\d+: expected a code of ISO 4217 in upper case/,
    );
  });
});
