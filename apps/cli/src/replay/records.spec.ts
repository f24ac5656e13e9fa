import { keyOf, labelOf, parseRecords, type RecordedAction } from './records.js';

const record: RecordedAction = {
  run_id: 'desk-1',
  seq: 2,
  agent: 'desk-agent',
  agent_version: 'v1',
  model_id: 'm-1',
  action_type: 'change_seat',
  input: { seat: '12A', fee: 15.5 },
  before: null,
  customer: 'kim',
  agent_said_before: 'Moving you to 12A.',
  result: { status: 'executed', detail: 'ok' },
  matches_expected: true,
};

const line = (change: object): string => JSON.stringify({ ...record, ...change });

describe('recorded actions', () => {
  it('reads one a line and skips empty lines', () => {
    expect(parseRecords(`${line({})}\n\n${line({ seq: 3 })}\n`).map(keyOf)).toEqual(['desk-1/2', 'desk-1/3']);
  });

  it.each([
    ['not JSON', '{', /^Line 1:/],
    ['a duplicate key', '{"run_id":"a","run_id":"b"}', /^Line 1:.*run_id/],
    ['a missing customer', line({ customer: undefined }), /"customer" must be text/],
    ['a sequence that is no number', line({ seq: '2' }), /"seq"/],
    ['an unknown status', line({ result: { status: 'maybe' } }), /"result.status"/],
    ['no object', '7', /not an object/],
  ])('names the line that has %s', (_name, text, message) => {
    expect(() => parseRecords(text)).toThrow(message);
  });

  it.each([
    [true, 'executed', 'harmless'],
    [true, 'failed', 'harmless'],
    [false, 'executed', 'harmful'],
    [false, 'failed', null],
  ] as const)('labels right=%s and %s as %s', (matches_expected, status, label) => {
    expect(labelOf({ ...record, matches_expected, result: { status, detail: '' } })).toBe(label);
  });
});
