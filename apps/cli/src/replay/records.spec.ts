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
    ['a customer that is no text', line({ customer: 7 }), /"customer": expected text/],
    ['no input', line({ input: undefined }), /"input": missing/],
    ['a name that is no action type', line({ action_type: 'Cancel' }), /"action_type": expected a lower-case letter/],
    ['a run that hides something', line({ run_id: 'r1\u200b' }), /"run_id": expected characters that can be seen/],
    ['a truth that is no truth', line({ matches_expected: 'yes' }), /"matches_expected": expected true or false/],
    ['a sequence that is no number', line({ seq: '2' }), /"seq"/],
    ['an unknown status', line({ result: { status: 'maybe' } }), /"result.status"/],
    ['no object', '7', /expected a JSON object/],
    ['an object in a list', '[{}]', /expected a JSON object/],
  ])('names the line that has %s', (_name, text, message) => {
    expect(() => parseRecords(text)).toThrow(message);
  });

  it('names everything that is wrong with a line, and every line', () => {
    const text = [line({ agent: undefined, seq: 0 }), line({}), '{', line({ model_id: '' })].join('\n');
    expect(() => parseRecords(text)).toThrow(
      /^Line 1: "seq": .*; "agent": missing\.\nLine 3: .*\nLine 4: "model_id": expected at least one character\.$/,
    );
  });

  it('names the lines of which one would be taken for the other', () => {
    expect(() => parseRecords([line({}), line({})].join('\n'))).toThrow(/^Line 2: .*the same as in line 1/);
    expect(parseRecords([line({}), line({ agent: 'other' })].join('\n'))).toHaveLength(2);
  });

  it('are whole without the optional members, and with members that are not known', () => {
    const { run_id, seq, agent, agent_version, model_id, action_type, input } = record;
    const least = { run_id, seq, agent, agent_version, model_id, action_type, input };
    expect(parseRecords(JSON.stringify({ ...least, task_reward: 1 }))).toMatchObject([least]);
    expect(labelOf(least)).toBeNull();
    expect(labelOf({ ...least, matches_expected: true })).toBe('harmless');
    expect(labelOf({ ...least, matches_expected: false })).toBeNull();
  });

  it.each(['desk 1', 'größe', '"quoted"', '100%', 'x'.repeat(256), '漢'.repeat(256)])('have a key: %s', (run_id) => {
    const key = keyOf({ ...record, run_id });
    expect(`${key}/outcome`).toMatch(/^[\x21-\x7e]{1,255}$/);
    expect(keyOf({ ...record, run_id, seq: 3 })).not.toBe(key);
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
