import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { apply, createState } from '@countersign/approval';
import type { PartitionState } from '@countersign/approval';
import { sha256 } from '@countersign/canonical';
import { at, attached, attachedByAgent, decided, gate, proposed } from '../../../../libs/approval/test/records.js';
import { EvidenceClaims } from './evidence-claims.js';
import type { Claim } from './evidence-claims.js';
import { EvidenceUsage } from './evidence-quota.js';
import { openEvidenceDirectory } from './evidence-store.js';
import type { EvidenceStore } from './evidence-store.js';
import { sweepEvidence } from './evidence-sweep.js';

const HOUR_MS = 3_600_000;
const MIB = 1_024 * 1_024;
const action = proposed('a');

function folded(...files: ReturnType<typeof attached>[]): PartitionState {
  const state = createState(0);
  apply(state, at(0, 'ActionDecided', decided(action, { gate: gate({ evidence: ['invoice'] }) })));
  for (const [index, file] of files.entries()) apply(state, at(index + 1, 'EvidenceAttached', file));
  return state;
}
const uploaded = (size_bytes: number, subject = 'ann', tenant = action.tenant) => ({
  ...{ tenant, issuer: 'https://idp', subject, as_agent: false, size_bytes },
});
const codeOf = (work: () => void): string => {
  try {
    work();
    return 'taken';
  } catch (fault) {
    const { code, details } = fault as { code: string; details: { limit: number; size: number } };
    return `${code} ${details.size / MIB} of ${details.limit / MIB} MiB: ${(fault as Error).message}`;
  }
};

describe('the quota of evidence', () => {
  const usage = (state: PartitionState, tenantBytes = 20 * MIB, callerBytes = 5 * MIB): EvidenceUsage =>
    new EvidenceUsage({ partitions: [state] }, { tenantBytes, callerBytes });

  it('counts what each person and agent attached to what is remembered', () => {
    const state = folded(
      attached(action, 'ann', { size_bytes: 4 * MIB }),
      attachedByAgent(action, { size_bytes: 4 * MIB }),
    );
    const used = usage(state);
    expect(codeOf(() => used.take(uploaded(2 * MIB)))).toMatch(
      /^too_large 6 of 5 MiB: what you attached .* wait until .* COUNTERSIGN_EVIDENCE_CALLER_MIB raised$/,
    );
    expect(codeOf(() => used.take(uploaded(2 * MIB, 'bob')))).toBe('taken');
    const agent = { tenant: action.tenant, issuer: null, subject: action.agent_id, as_agent: true };
    expect(codeOf(() => used.take({ ...agent, size_bytes: 2 * MIB }))).toMatch(/^too_large/);
    // A person who is called as the agent is somebody else.
    expect(codeOf(() => used.take({ ...agent, as_agent: false, size_bytes: 2 * MIB }))).toBe('taken');
  });

  it('counts what was let in a moment ago, and lets nobody fill the tenant', () => {
    const used = usage(folded());
    for (const who of ['a', 'b', 'c', 'd']) expect(codeOf(() => used.take(uploaded(5 * MIB, who)))).toBe('taken');
    expect(codeOf(() => used.take(uploaded(1, 'a')))).toMatch(/^too_large .* what you attached/);
    expect(codeOf(() => used.take(uploaded(MIB, 'e')))).toMatch(/^too_large 21 of 20 MiB: what your tenant attached/);
    expect(codeOf(() => used.take(uploaded(MIB, 'e', 'globex')))).toBe('taken');
  });
});

describe('evidence that the log does not name', () => {
  let folder: string;
  let store: EvidenceStore;
  let claims: EvidenceClaims;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-evidence-'));
    [store, claims] = [await openEvidenceDirectory(folder), new EvidenceClaims(folder)];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const bytes = Buffer.from('%PDF-1.7\nan invoice\n');
  const claim: Claim = {
    ...{ tenant: action.tenant, action_id: action.action_id, attachment_id: 'att_1', sha256: sha256(bytes) },
  };
  const put = async (): Promise<void> => {
    await claims.add(claim);
    await store.put(claim.tenant, bytes);
  };
  const sweep = (state: PartitionState, inMs = 2 * HOUR_MS, ready = true): Promise<number> =>
    sweepEvidence(
      { judge: { partitions: [state], ready: () => ready, catchUp: () => Promise.resolve() }, store, claims },
      Date.now() + inMs,
    );
  const isKept = async (): Promise<boolean> => (await store.get(claim.tenant, claim.sha256)) !== null;
  const leftClaims = () => claims.madeBefore(Infinity);

  it('is deleted after an hour, and so is what a crash left of it half-written', async () => {
    await put();
    const file = (await readdir(folder, { recursive: true })).find((name) =>
      /[0-9a-f]{64}\/..\/[0-9a-f]{64}$/.test(name),
    );
    await writeFile(join(folder, `${file}.1234.tmp`), 'half');
    expect([await sweep(folded(), HOUR_MS / 2), await isKept()]).toEqual([0, true]);
    expect([await sweep(folded()), await isKept(), await leftClaims()]).toEqual([1, false, []]);
    expect(await readdir(join(folder, dirname(file ?? '')))).toEqual([]);
    expect(await sweep(folded())).toBe(0);
  });

  it('stays where the log names the same bytes, also of another attachment', async () => {
    await put();
    const named = folded(attached(action, 'bob', { sha256: claim.sha256 }));
    expect([await sweep(named), await isKept(), await leftClaims()]).toEqual([0, true, []]);
  });

  it('stays while the log is not read, and where the action is forgotten', async () => {
    await put();
    expect([await sweep(folded(), 2 * HOUR_MS, false), (await leftClaims()).length]).toEqual([0, 1]);
    expect([await sweep(createState(0)), await isKept(), await leftClaims()]).toEqual([0, true, []]);
  });

  it('stays where somebody put the same bytes again since', async () => {
    await put();
    const [name = ''] = await readdir(join(folder, 'pending'));
    const before = new Date(Date.now() - 2 * HOUR_MS);
    await utimes(join(folder, 'pending', name), before, before);
    expect([await sweep(folded(), 0), await isKept(), await leftClaims()]).toEqual([0, true, []]);
  });

  it('has no claim any more once it is evidence, and half a claim is none', async () => {
    await put();
    await claims.settle(claim);
    await writeFile(join(folder, 'pending', 'half.json'), '{"tenant"');
    expect([await sweep(folded()), await isKept(), await readdir(join(folder, 'pending'))]).toEqual([0, true, []]);
  });
});
