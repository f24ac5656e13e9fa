import { CountersignError, sha256 } from '@countersign/canonical';
import { HORIZON_MS } from '@countersign/approval';
import { openRecord, partitionOf, TOO_OLD_MS } from '@countersign/events';
import type { WindowEntered } from '@countersign/events';
import type { ActionProposed, MacKeys } from '@countersign/events';
import { topicConfigs, TOPICS } from '@countersign/events';
import type { InRecord } from '@countersign/kafka';
import { connect } from '@countersign/kafka';
import { actionOf, entriesOf, PolicyHistory, REMEMBER_MS, WindowFold } from '@countersign/policy';
import type { Entry, Remembered } from '@countersign/policy';
import { readCorpus } from './testing/patterns.js';
import { Velocity } from './velocity.js';
import { Waiting } from './waiting.js';
import { WindowLog } from './window-log.js';
import { entryRecord, placedEntry } from './window-records.js';
import { WindowsHandler } from './windows.handler.js';

const { policy, content, patterns } = readCorpus();
const macKeys: MacKeys = {
  intake: '1'.repeat(64),
  policy: '2'.repeat(64),
  approval: '3'.repeat(64),
  telemetry: '4'.repeat(64),
};
const action = [...patterns[0]!.actions.values()][0]!;
const ENTRIES = entriesOf([policy], action, actionOf(action));
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function recordOf(entry: Entry, change: Partial<InRecord> = {}): InRecord {
  const wire = entryRecord(entry, 900, macKeys);
  return {
    ...wire,
    key: Buffer.from(String(wire.key)),
    partition: partitionOf(String(wire.key), 4),
    offset: 7,
    timestampMs: 1_000,
    ...change,
  } as InRecord;
}

const placedIn = (record: InRecord) => placedEntry(openRecord(record, macKeys).event as WindowEntered, record);

/** The windows of one instance that reads its own entries at once. */
function windowsAt(at_ms: () => number) {
  const fold = new WindowFold();
  let offset = 0;
  const find = (entry: Entry): Remembered | null => fold.find(entry);
  const enter = (entry: Entry): Promise<Remembered> => {
    fold.enter({ ...entry, at_ms: at_ms(), offset: offset++ });
    return Promise.resolve(find(entry)!);
  };
  return { find, enter };
}

function historyOf(text: string): PolicyHistory {
  const history = new PolicyHistory();
  const published = { tenant: '*', name: 'payouts', content: text, content_hash: sha256(text), author: 'oli' };
  history.apply({ ...published, note: null, published_at: 0, parent: null, cases: null }, 0);
  return history;
}

describe('a window entry on the wire', () => {
  it('comes back as it was, with its place', () => {
    for (const entry of ENTRIES) expect(placedIn(recordOf(entry))).toEqual({ ...entry, at_ms: 1_000, offset: 7 });
    const [first] = ENTRIES;
    const without = { ...first!, amount: null };
    expect(placedIn(recordOf(without))).toMatchObject({ amount: null });
  });

  it('is the same record when it is computed again, and one key holds one line', () => {
    const [a, b] = [entryRecord(ENTRIES[0]!, 900, macKeys), entryRecord(ENTRIES[0]!, 900, macKeys)];
    expect(a).toEqual(b);
    expect(entryRecord({ ...ENTRIES[0]!, action_id: 'act_2' }, 901, macKeys).key).toBe(a.key);
    expect(new Set(ENTRIES.map((entry) => entryRecord(entry, 900, macKeys).key)).size).toBe(ENTRIES.length);
  });

  it.each([
    ['forged', { headers: { 'countersign-mac': 'v1,policy,AAAA' } }],
    ['unsigned', { headers: {} }],
    ['empty', { value: null }],
    ['moved to another key', { key: Buffer.from('acme|other') }],
  ])('enters nothing when it is %s, and is a dead letter', (_what, change) => {
    const record = recordOf(ENTRIES[0]!, change);
    expect(new WindowsHandler(macKeys).onEntry(record)).toMatchObject({ kind: 'dead_letter' });
    expect(new WindowsHandler(macKeys).onEntry(recordOf(ENTRIES[0]!))).toEqual({ kind: 'done' });
  });
});

describe('velocity', () => {
  const other = (id: string, amount: string): ActionProposed => ({
    ...action,
    action_id: id,
    parameters: JSON.stringify({ amount: { value: amount, currency: 'USD' } }),
  });

  it('counts what speaks and what only watches, and nothing else', async () => {
    const velocity = new Velocity(windowsAt(() => 5));
    const { counted } = await velocity.of(historyOf(content), action, 10);
    expect(Object.keys(counted ?? {}).sort()).toEqual(ENTRIES.map(({ window }) => window).sort());
    const quote = await velocity.of(historyOf(content), { ...action, action_type: 'quote' }, 10);
    expect(quote.counted).toBeUndefined();
    const shadows = [
      { policy: { ...policy, name: 'next' }, version: 2 },
      { policy: { ...policy, name: 'theirs', tenant: 'globex' }, version: 1 },
    ];
    const history = { setAt: () => historyOf('').setAt(0), shadowsAt: () => shadows };
    const watched = await velocity.of(history, action, 10);
    expect(new Set(Object.keys(watched.counted ?? {}).map((id) => id.split('/')[0]))).toEqual(new Set(['next']));
  });

  it('judges a changed action with its changed amount in the place of the first', async () => {
    const velocity = new Velocity(windowsAt(() => 5));
    const history = historyOf(content);
    for (const id of ['a', 'b', 'c']) await velocity.of(history, other(id, '99.00'), 10);
    const total = 'payouts/customer_total:on_behalf_of:86400s:amount';
    expect(velocity.edited(policy, other('b', '400.00')).counted?.[total]).toMatchObject({
      count: 2,
      sum: { value: '499.00' },
    });
    expect(velocity.edited(policy, other('unheard-of', '1.00')).counted).toEqual({});
    expect(velocity.edited(policy, { ...other('b', '1.00'), action_type: 'quote' }).counted).toBeUndefined();
  });
});

describe('waiting for an entry', () => {
  it('is one wait for all who ask, and ends with the answer', async () => {
    const waiting = new Waiting<number>(1_000);
    const first = waiting.begin('a');
    expect(waiting.pending('a')).toBe(first);
    waiting.settle('a', 3);
    expect(await first).toBe(3);
    expect(waiting.pending('a')).toBeNull();
  });

  it('ends in time, with an error that asks for another try', async () => {
    const waiting = new Waiting<number>(10);
    await expect(waiting.begin('a')).rejects.toMatchObject({ code: 'unknown_outcome', retriable: true });
    expect(waiting.pending('a')).toBeNull();
    const failing = waiting.begin('a');
    waiting.fail('a', new CountersignError('overloaded', 'full'));
    await expect(failing).rejects.toThrow('full');
  });

  it('does not begin before the windows are read', async () => {
    const connection = connect({ brokers: ['127.0.0.1:1'], clientId: 'spec', log });
    const appender = { append: () => Promise.reject(new Error('nothing may be written')) };
    const windows = new WindowLog({ connection, appender, macKeys, log });
    await expect(windows.enter(ENTRIES[0]!, 1)).rejects.toMatchObject({ code: 'overloaded', retriable: true });
    expect(windows.healthy()).toBe(false);
    await windows.close();
  });
});

describe('times', () => {
  it('fit: an entry is remembered less long than the action, and the topic keeps what a cold start reads', () => {
    expect(REMEMBER_MS).toBeLessThan(HORIZON_MS);
    expect(REMEMBER_MS).toBeGreaterThan(TOO_OLD_MS);
    const kept = Number(topicConfigs.find(({ topic }) => topic === TOPICS.windows)?.config['retention.ms']);
    expect(kept).toBeGreaterThanOrEqual(31 * 86_400_000 + REMEMBER_MS + 3_600_000);
  });
});
