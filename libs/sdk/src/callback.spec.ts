import { createHmac } from 'node:crypto';
import { callbackHint, verifyCallback } from './callback.js';

const SECRET = 'css_secret';
const AT = 1_614_265_330;
const now = new Date(AT * 1000);
const body = JSON.stringify(callbackHint({ action_id: 'act_1', status: 'approved' }));

const sign = (text: string, secret = SECRET, at = AT): Record<string, string> => ({
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(at),
  'webhook-signature': `v1,${createHmac('sha256', secret).update(`msg_1.${at}.${text}`).digest('base64')}`,
});
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('verifyCallback', () => {
  it('knows the signature that the Standard Webhooks specification prints', () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': String(AT),
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const printed = (text: string): unknown =>
      verifyCallback(headers, text, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', now);
    // Rightly signed, and no hint of ours.
    expect(() => printed('{"test": 2432232314}')).toThrow('names no action');
    expect(() => printed('{"test": 2432232315}')).toThrow('No signature');
  });

  it('reads the hint from headers of Node and of fetch, and from bytes', () => {
    const hint = { action_id: 'act_1', status: 'approved' };
    expect(verifyCallback(sign(body), body, SECRET, now)).toEqual(hint);
    expect(verifyCallback(new Headers(sign(body)), Buffer.from(body), SECRET, now)).toEqual(hint);
  });

  it('finds the headers in any case, and takes none that is there twice', () => {
    const upper = Object.fromEntries(Object.entries(sign(body)).map(([name, value]) => [name.toUpperCase(), value]));
    expect(codeOf(() => verifyCallback(upper, body, SECRET, now))).toBe('ok');
    expect(codeOf(() => verifyCallback({ ...sign(body), 'Webhook-Id': 'msg_2' }, body, SECRET, now))).toBe(
      'invalid_callback',
    );
  });

  it('takes one right signature among several, so that a secret can be rotated', () => {
    const [old, fresh] = [sign(body, 'old'), sign(body)];
    const both = `${old['webhook-signature']} v1a,xyz ${fresh['webhook-signature']}`;
    expect(codeOf(() => verifyCallback({ ...fresh, 'webhook-signature': both }, body, SECRET, now))).toBe('ok');
  });

  it.each([
    ['another body', sign(body), body.replace('approved', 'denied '), now],
    ['another secret', sign(body, 'other'), body, now],
    ['another id', { ...sign(body), 'webhook-id': 'msg_2' }, body, now],
    ['a later time than was signed', { ...sign(body), 'webhook-timestamp': String(AT + 1) }, body, now],
    ['six minutes ago', sign(body), body, new Date((AT + 360) * 1000)],
    ['six minutes ahead', sign(body), body, new Date((AT - 360) * 1000)],
    ['a time that is no number', { ...sign(body), 'webhook-timestamp': 'NaN' }, body, now],
    ['no signature', { ...sign(body), 'webhook-signature': '' }, body, now],
    ['an empty signature', { ...sign(body), 'webhook-signature': 'v1,' }, body, now],
    [
      'another version',
      { ...sign(body), 'webhook-signature': sign(body)['webhook-signature']?.replace('v1', 'v2') },
      body,
      now,
    ],
    ['no id', { ...sign(body), 'webhook-id': undefined }, body, now],
    [
      'a body that is not strict JSON',
      sign('{"action_id":"a","action_id":"b"}'),
      '{"action_id":"a","action_id":"b"}',
      now,
    ],
  ])('refuses %s', (_name, headers, text, at) => {
    expect(codeOf(() => verifyCallback(headers, text, SECRET, at))).toBe('invalid_callback');
  });

  it('does not work without a secret', () => {
    for (const secret of ['', 'whsec_'])
      expect(codeOf(() => verifyCallback(sign(body, secret), body, secret, now))).toBe('wrong_use');
  });

  it('reads a base64 secret with padding and without, of both alphabets, and no other', () => {
    const bytes = Buffer.from('fb6fbe0a00112233', 'hex');
    const signature = createHmac('sha256', bytes).update(`msg_1.${AT}.${body}`).digest('base64');
    const headers = { ...sign(body), 'webhook-signature': `v1,${signature}` };
    for (const text of ['+2++CgARIjM=', '+2++CgARIjM', '-2--CgARIjM'])
      expect(codeOf(() => verifyCallback(headers, body, `whsec_${text}`, now))).toBe('ok');
    for (const text of ['+2++CgARI jM=', 'é', 'A', '+2++CgARIjM==='])
      expect(codeOf(() => verifyCallback(headers, body, `whsec_${text}`, now))).toBe('wrong_use');
  });

  it.each(['é', ' ', '=', '\u00ff\ud800'])('does not overlook %p in a signature', (more) => {
    const signature = `${sign(body)['webhook-signature']}${more}`.replace(/ $/, '\t');
    expect(codeOf(() => verifyCallback({ ...sign(body), 'webhook-signature': signature }, body, SECRET, now))).toBe(
      'invalid_callback',
    );
  });

  it('refuses a body that is no UTF-8', () => {
    const bytes = Buffer.from('{"action_id":"act_\u00ff","status":"approved"}', 'latin1');
    const signature = createHmac('sha256', SECRET).update(`msg_1.${AT}.`).update(bytes).digest('base64');
    const headers = { ...sign(body), 'webhook-signature': `v1,${signature}` };
    expect(codeOf(() => verifyCallback(headers, bytes, SECRET, now))).toBe('invalid_callback');
  });
});
