import { TOO_OLD_MS, TOPICS } from '@countersign/events';
import { recordOf } from './letter-record.js';

const NOW = Date.UTC(2026, 5, 20);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const letter = (change: object = {}) => ({
  ...{ event_id: 'id', tenant: 'acme', time: '', recorded_at: '' },
  payload: JSON.stringify({
    ...{ source_topic: TOPICS.submissions, source_partition: 3, source_offset: 8, is_cut: false, detail: 'words' },
    ...{ key: base64('acme|k'), value: base64('value'), reason: 'bad_signature' },
    headers: [{ name: 'ce_time', value: base64(new Date(NOW - TOO_OLD_MS).toISOString()) }],
    ...change,
  }),
});
const written = (text: string) => [{ name: 'ce_time', value: base64(text) }];

describe('the record of a dead letter', () => {
  it('is what it was, for the place where it was', () => {
    const { record } = recordOf(letter(), NOW);
    expect(record).toMatchObject({ topic: TOPICS.submissions, partition: 3 });
    expect([record.key?.toString(), record.value.toString()]).toEqual(['acme|k', 'value']);
    expect(record.headers['ce_time']?.toString()).toBe('2026-06-19T00:00:00.000Z');
    expect(recordOf(letter({ key: null }), NOW).record.key).toBeNull();
  });

  it.each([
    ['that was cut', { is_cut: true }, 'is_cut'],
    ['that is a batch nobody can read', { reason: 'unreadable_batch' }, 'unreadable_batch'],
    ['without a value', { value: null }, 'null_value'],
    ['without a time', { headers: [] }, 'too_old'],
    ['whose time is none', { headers: written('yesterday') }, 'too_old'],
    ['written more than a day ago', { headers: written('2026-06-18T23:59:59.999Z') }, 'too_old'],
    [
      'of the log, written more than a day ago',
      { source_topic: TOPICS.approvalLog, headers: written('2026-06-01T00:00:00Z') },
      'too_old',
    ],
  ])('is not sent again %s', (_, change, reason) => {
    const fault = expect.objectContaining({ code: 'invalid_request', details: { reason } }) as Error;
    expect(() => recordOf(letter(change), NOW)).toThrow(fault);
  });

  it('has any age where its topic asks for none', () => {
    const old = { source_topic: TOPICS.policies, headers: written('2026-01-01T00:00:00Z') };
    expect(recordOf(letter(old), NOW).record.topic).toBe(TOPICS.policies);
  });
});
