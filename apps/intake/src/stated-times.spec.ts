import { CountersignError } from '@countersign/canonical';
import { LabelBody, OutcomeBody } from './action-body.js';
import { outcomeRequest } from './outcome-request.js';
import { observedAt, occurredAt } from './stated-times.js';
import { outcomeBodyOf } from './submission-body.js';
import { validate } from './validate.js';

const NOW = Date.parse('2026-06-19T12:00:00.000Z');
const SUBMITTED = '2026-06-19T11:00:00.000Z';
const refused = (pointer: string) =>
  expect.objectContaining({
    code: 'invalid_action',
    details: expect.objectContaining({ pointer }) as unknown,
  }) as unknown;

function faultOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (fault) {
    return fault;
  }
}

describe('when an effect took place', () => {
  it.each(['2026-06-19T10:55:00.000Z', '2026-06-19T11:00:00Z', '2026-06-19T14:05:00+02:00'])('is taken: %s', (stated) =>
    expect(occurredAt(stated, SUBMITTED, NOW)).toBe(Date.parse(stated)),
  );

  it.each([
    ['2026-06-19T10:54:59.999Z'],
    ['2026-06-19T12:05:00.001Z'],
    ['0001-01-01T00:00:00Z'],
    ['9999-01-01T00:00:00Z'],
    ['2026-02-30T00:00:00Z'],
    ['today'],
  ])('is refused: %s', (stated) => {
    expect(faultOf(() => occurredAt(stated, SUBMITTED, NOW))).toEqual(refused('/occurred_at'));
  });

  it('is not known when it is not stated', () => {
    expect(occurredAt(null, SUBMITTED, NOW)).toBeNull();
    expect(occurredAt(undefined, SUBMITTED, NOW)).toBeNull();
  });

  it.each([
    ['too early', Date.parse(SUBMITTED) - 300_001],
    ['in the year 1', -62_135_596_800_000],
    ['no date at all', 8.65e15],
  ])('is judged alike over Kafka: %s', (_what, occurred_at) => {
    const head = { tenant: 'acme', agent_id: 'a', action_id: 'act_1', idempotency_key: 'k' };
    const reported = { ...head, status: 'executed', result: null, post_checks: null, occurred_at } as const;
    const reporter = { kind: 'agent', id: 'a' } as const;
    const source = { ...head, reporter, key: 'k', submitted_at: SUBMITTED, nowMs: NOW };
    const report = () => outcomeRequest(validate(OutcomeBody, outcomeBodyOf(reported)), source);
    expect(faultOf(report)).toEqual(refused('/occurred_at'));
  });
});

describe('when a label was observed', () => {
  it.each(['1970-01-01T00:00:00Z', '2026-06-19T12:05:00Z', '1970-01-01T02:00:00+02:00'])('is taken: %s', (stated) =>
    expect(observedAt(stated, NOW)).toBe(Date.parse(stated)),
  );

  it.each([
    '1969-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00+01:00',
    '2026-06-19T12:05:00.001Z',
    '2026-06-31T00:00:00Z',
  ])('is refused: %s', (stated) => expect(faultOf(() => observedAt(stated, NOW))).toEqual(refused('/observed_at')));

  it('is now when it is not stated', () => expect(observedAt(null, NOW)).toBe(NOW));
});

it('a date that does not exist is refused by the form of the body', () => {
  const label = { label: 'harmless', source: 'audit', observed_at: '2026-02-30T00:00:00Z' };
  expect(faultOf(() => validate(LabelBody, label))).toBeInstanceOf(CountersignError);
  const outcome = { status: 'executed', occurred_at: '2026-02-30T00:00:00Z' };
  expect(faultOf(() => validate(OutcomeBody, outcome))).toEqual(refused('/occurred_at'));
});
