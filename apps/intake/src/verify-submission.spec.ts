import type { InRecord } from '@countersign/kafka';
import { signSubmission } from './signature.js';
import { verifySubmission } from './verify-submission.js';

const loggedAt = Date.parse('2026-06-19T12:00:00.000Z');
const agent = {
  ...{ agent_id: 'refund-agent', tenant: 'acme', environments: ['production'], operators: [], keys: [] },
  signing_secrets: ['former secret', 'secret'],
};
const find = (tenant: string, id: string) => (tenant === 'acme' && id === 'refund-agent' ? agent : null);
const topic = 'countersign.submissions.v1';
const value = Buffer.from('any bytes');

interface Given {
  readonly key?: string;
  readonly ce_id?: string;
  readonly ce_time?: string;
  readonly secret?: string;
}
function record(given: Given = {}, headers: InRecord['headers'] = {}, changed: Partial<InRecord> = {}): InRecord {
  const { key = 'acme|k-1', ce_id = 'e1', ce_time = '2026-06-19T11:59:00.000Z', secret = 'secret' } = given;
  const signature = signSubmission({ topic, key, ce_id, ce_time, value }, secret);
  const all = { ce_id, ce_time, 'countersign-agent': 'refund-agent', 'countersign-signature': signature, ...headers };
  return {
    topic,
    partition: 0,
    offset: 7,
    timestampMs: loggedAt,
    key: Buffer.from(key),
    value,
    headers: all,
    ...changed,
  };
}

describe('signed submission', () => {
  it('has the signature of the contract', () => {
    const signed = { topic, key: 'acme|k-1', ce_id: 'e1', ce_time: '2026-06-19T11:59:00.000Z', value };
    // openssl: printf 'v1.countersign.submissions.v1.acme|k-1.e1.2026-06-19T11:59:00.000Z.any bytes' | openssl dgst -sha256 -hmac secret -binary | base64
    expect(signSubmission(signed, 'secret')).toBe('v1,KN5qde1/BZN/9PPB/TvaE5w7qhsWiWEwsflwTphAPfU=');
  });

  it('names its agent, tenant and key', () => {
    expect(verifySubmission(record({ key: 'acme|a|b' }), find)).toEqual({
      agent,
      value,
      tenant: 'acme',
      idempotency_key: 'a|b',
    });
  });

  it('may be signed with the former secret while it is rotated', () => {
    expect(verifySubmission(record({ secret: 'former secret' }), find).agent).toBe(agent);
  });

  it.each<[string, InRecord, string]>([
    ['no value', record({}, {}, { value: null }), 'null_value'],
    ['too long a value', record({}, {}, { value: Buffer.alloc(256 * 1024 + 1) }), 'too_large'],
    ['no key', record({}, {}, { key: null }), 'key_mismatch'],
    ['a key without a tenant', record({ key: 'k-1' }), 'key_mismatch'],
    ['no agent', record({}, { 'countersign-agent': undefined }), 'missing_header'],
    ['no signature', record({}, { 'countersign-signature': undefined }), 'missing_header'],
    ['no ce_id', record({}, { ce_id: undefined }), 'missing_header'],
    ['no ce_time', record({}, { ce_time: undefined }), 'missing_header'],
    ['another secret', record({ secret: 'guess' }), 'bad_signature'],
    ['an empty signature', record({}, { 'countersign-signature': 'v1,' }), 'bad_signature'],
    ['an unknown agent', record({}, { 'countersign-agent': 'nobody' }), 'bad_signature'],
    ['another tenant', record({ key: 'globex|k-1' }), 'bad_signature'],
    ['another value', record({}, {}, { value: Buffer.from('other bytes') }), 'bad_signature'],
    ['another topic', record({}, {}, { topic: 'other' }), 'bad_signature'],
    ['another key', record({}, {}, { key: Buffer.from('acme|k-2') }), 'bad_signature'],
    ['another time', record({}, { ce_time: '2026-06-19T11:59:01.000Z' }), 'bad_signature'],
    ['a dot in ce_id', record({ ce_id: 'a.b' }), 'malformed'],
    [
      'a key that is not UTF-8',
      record({ key: 'acme|\ufffd' }, {}, { key: Buffer.from('acme|\xff', 'latin1') }),
      'malformed',
    ],
    ['a header that is not UTF-8', record({ ce_id: '\ufffd' }, { ce_id: Buffer.from([0xff]) }), 'malformed'],
    [
      'a whole batch in its place',
      record({}, {}, { unreadable: { firstOffset: 1, lastOffset: 2, detail: 'so' } }),
      'unreadable_batch',
    ],
    ['a time 24 h and more ago', record({ ce_time: '2026-06-18T11:59:59.999Z' }), 'stale'],
    ['a time 24 h and more ahead', record({ ce_time: '2026-06-20T12:00:00.001Z' }), 'stale'],
    ['a time that is none', record({ ce_time: 'yesterday' }), 'stale'],
  ])('is refused with %s', (_what, given, reason) => {
    expect(() => verifySubmission(given, find)).toThrow(expect.objectContaining({ reason }));
  });
});
