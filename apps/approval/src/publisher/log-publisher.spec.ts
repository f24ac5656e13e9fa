import { randomBytes } from 'node:crypto';
import { decode, encode, partitionOf, toRecord, TOPICS } from '@countersign/events';
import type { DeadLettered, EventMap, EventName, ServiceName } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';
import { allowed, proposed, redemption, T0 } from '../../../../libs/approval/test/records.js';
import { PublicFold } from './log-publisher.js';
import { publicRecord } from './public-records.js';

const hex = (): string => randomBytes(32).toString('hex');
const macKeys = { intake: hex(), policy: hex(), approval: hex(), telemetry: hex() };
const action = proposed('a');
const KEY = 'acme|act_a';
const PARTITION = partitionOf(KEY, 4);

interface Put {
  readonly offset?: number;
  readonly service?: ServiceName;
  readonly value?: Buffer | null;
}

function record<N extends EventName>(
  name: N,
  event: EventMap[N],
  { offset = 0, service = 'approval', value }: Put = {},
): InRecord {
  const made = toRecord({
    topic: TOPICS.approvalLog,
    name,
    event,
    key: KEY,
    id: 'x',
    timeMs: T0,
    service,
    macKeys,
  });
  const { topic, headers } = made;
  return {
    topic,
    partition: PARTITION,
    offset,
    timestampMs: T0,
    key: Buffer.from(made.key),
    value: value === undefined ? made.value : value,
    headers,
  };
}
const decision = (put: Put = {}): InRecord => record('ActionDecided', allowed(action), { service: 'policy', ...put });
const names = (records: readonly OutRecord[]): string[] => records.map(({ value }) => decode(value).name);
const letter = ([only]: readonly OutRecord[]): DeadLettered => decode(only?.value ?? null).event as DeadLettered;

describe("the publisher's fold", () => {
  it('is a function of the records: the same ids and bytes again, no id twice', () => {
    const log = [decision(), record('RedemptionRequested', redemption(action), { offset: 1 })];
    const [left, right] = [new PublicFold(PARTITION, macKeys), new PublicFold(PARTITION, macKeys)];
    const published = log.flatMap((one) => left.apply(one));
    expect(names(published)).toEqual(['DecisionRecorded', 'GrantIssued', 'GrantRedeemed']);
    expect(log.flatMap((one) => right.apply(one))).toEqual(published);
    expect(new Set(published.map(({ headers }) => headers['ce_id'])).size).toBe(published.length);
    expect(published.map(({ topic }) => topic)).toEqual([TOPICS.decisions, TOPICS.approvals, TOPICS.approvals]);
  });

  it('publishes a copy of a record once', () => {
    const fold = new PublicFold(PARTITION, macKeys);
    const asked = redemption(action);
    expect(names(fold.apply(decision()))).toEqual(['DecisionRecorded', 'GrantIssued']);
    expect(fold.apply(decision({ offset: 1 }))).toEqual([]);
    expect(names(fold.apply(record('RedemptionRequested', asked, { offset: 2 })))).toEqual(['GrantRedeemed']);
    expect(fold.apply(record('RedemptionRequested', asked, { offset: 3 }))).toEqual([]);
  });

  it.each([
    ['null', null, 'null_value'],
    ['random bytes', randomBytes(40), 'bad_mac'],
    ['a nine-byte array bomb', Buffer.from([0, 0, 0, 0, 1, 0xfe, 0xff, 0xff, 0xff]), 'bad_mac'],
    ['a truncated event', encode('ActionDecided', allowed(action)).subarray(0, 60), 'bad_mac'],
  ])('makes one dead letter of %s and goes on', (_, value, reason) => {
    const fold = new PublicFold(PARTITION, macKeys);
    const letters = fold.apply(decision({ offset: 7, value }));
    expect(letters).toHaveLength(1);
    expect(letter(letters)).toMatchObject({
      ...{ source_topic: TOPICS.approvalLog, source_partition: PARTITION, source_offset: 7, reason, value },
    });
    expect(names(fold.apply(decision({ offset: 8 })))).toContain('GrantIssued');
  });

  it.each([
    ['an event of another topic', record('ActionProposed', action, { service: 'intake' }), 'wrong_topic'],
    ["a decision that is not policy's", decision({ service: 'approval' }), 'wrong_writer'],
    [
      "a vote that is not approval's",
      record('RedemptionRequested', redemption(action), { service: 'intake' }),
      'wrong_writer',
    ],
  ])('makes one dead letter of %s', (_, forged, reason) => {
    expect(letter(new PublicFold(PARTITION, macKeys).apply(forged)).reason).toBe(reason);
  });

  it('makes a dead letter of a decision that came a day too late', () => {
    const late = { ...decision(), timestampMs: T0 + 86_400_001 };
    expect(letter(new PublicFold(PARTITION, macKeys).apply(late)).reason).toBe('too_old');
  });

  it('makes a dead letter of a fact that does not fit its schema, and publishes the others and what follows', () => {
    // As where a fold counts to more than the field can hold.
    const broken: typeof publicRecord = ({ name, event }, ...rest) =>
      publicRecord(
        { name, event: name === 'GrantIssued' ? { ...event, expires_at: 'never' } : event } as never,
        ...rest,
      );
    const fold = new PublicFold(PARTITION, macKeys, broken);
    const published = fold.apply(decision({ offset: 5 }));
    expect(names(published)).toEqual(['DecisionRecorded', 'DeadLettered']);
    expect(letter(published.slice(1))).toMatchObject({
      ...{ source_topic: TOPICS.approvalLog, source_offset: 5, step: 'approval/publish', reason: 'internal' },
      detail: 'GrantIssued does not fit its schema',
    });
    const asked = record('RedemptionRequested', redemption(action), { offset: 6 });
    expect(names(fold.apply(asked))).toEqual(['GrantRedeemed']);
  });

  it('cuts what is too large for a letter', () => {
    const { value, detail } = letter(
      new PublicFold(PARTITION, macKeys).apply(decision({ value: Buffer.alloc(1_000_000) })),
    );
    expect([value?.length, detail.includes('of 1000000 bytes')]).toEqual([695_989, true]);
  });
});
