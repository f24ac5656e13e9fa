import { callKey, KEY_MEMBER, type Call } from './call-key.js';

const call: Call = { tool: 'refund', parameters: { order: '1' }, extra: { sessionId: 's-1', requestId: 7 } };
const key = (more: Partial<Call['extra']> = {}, life = 'life-1'): string =>
  callKey({ ...call, extra: { ...call.extra, ...more } }, life);

describe('the idempotency key of a tool call', () => {
  it('is the same for the same message sent again, on any worker of the session', () => {
    expect(key()).toBe(key({}, 'life-2'));
    expect(key()).toMatch(/^mcp-[0-9a-f]{64}$/);
  });

  it.each([
    ['call', () => key({ requestId: 8 })],
    ['call with a text of the same digits', () => key({ requestId: '7' })],
    ['session', () => key({ sessionId: 's-2' })],
    ['tool', () => callKey({ ...call, tool: 'pay' }, 'life-1')],
    ['argument', () => callKey({ ...call, parameters: { order: '2' } }, 'life-1')],
  ])('differs with the %s', (_name, other) => expect(other()).not.toBe(key()));

  it('differs between lives of a server without sessions, whose calls are counted anew', () => {
    expect(key({ sessionId: undefined })).toBe(key({ sessionId: undefined }));
    expect(key({ sessionId: undefined })).not.toBe(key({ sessionId: undefined }, 'life-2'));
  });

  it('is new for each call that cannot be told apart', () => {
    expect(key({ requestId: undefined })).not.toBe(key({ requestId: undefined }));
  });

  it('is what the client says, if it is a key', () => {
    expect(key({ _meta: { [KEY_MEMBER]: 'order-1' }, requestId: 9 })).toBe('order-1');
    for (const wrong of ['', 7, null, 'x'.repeat(256)])
      expect(() => key({ _meta: { [KEY_MEMBER]: wrong } })).toThrow(KEY_MEMBER);
  });
});
