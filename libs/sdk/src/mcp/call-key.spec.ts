import { actionId } from '@countersign/canonical';
import { callKey, isOfTool, KEY_MEMBER } from './call-key.js';
import type { ToolExtra } from './tool.js';

const extra: ToolExtra = { sessionId: 's-1', requestId: 1 };
const stated = (key: unknown): ToolExtra => ({ ...extra, _meta: { [KEY_MEMBER]: key } });

describe('the idempotency key of a tool call', () => {
  it('is new for each call, also for clients that count every request as the first', () => {
    expect(callKey('refund', extra)).not.toBe(callKey('refund', extra));
    expect(callKey('refund', {})).toMatch(/^mcp:refund:[0-9a-f-]{36}$/);
  });

  it('is of the tool and what the client states, wherever its server puts that', () => {
    expect(callKey('refund', stated('order-1'))).toBe('mcp:refund:order-1');
    expect(callKey('refund', { mcpReq: { _meta: { [KEY_MEMBER]: 'order-1' } } })).toBe('mcp:refund:order-1');
    expect(callKey('pay', stated('order-1'))).not.toBe(callKey('refund', stated('order-1')));
  });

  it('is a key for every name and every stated key', () => {
    const names = ['refund', 'a:b', 'größe', 'x'.repeat(128), 'é'.repeat(128)];
    for (const name of names)
      for (const key of ['k', 'k'.repeat(255)]) {
        expect(callKey(name, stated(key))).toMatch(/^[\x21-\x7e]{1,255}$/);
        expect(callKey(name, stated(key))).toBe(callKey(name, stated(key)));
      }
    expect(callKey('a', stated('b:c'))).not.toBe(callKey('a:b', stated('c')));
  });

  it.each(['', 7, null, 'x'.repeat(256), 'a b', 'né'])('refuses %p', (wrong) => {
    expect(() => callKey('refund', stated(wrong))).toThrow(KEY_MEMBER);
  });

  it('must be stated where the server says so', () => {
    expect(() => callKey('refund', extra, true)).toThrow(KEY_MEMBER);
    expect(callKey('refund', stated('k'), true)).toBe('mcp:refund:k');
  });
});

describe('the tool of a handle', () => {
  const owner = { tenant: 'acme', agent_id: 'refund-agent' };
  const handle = (tool: string, name = tool) => {
    const idempotency_key = callKey(name, stated('order-1'));
    const action_id = actionId(owner.tenant, owner.agent_id, idempotency_key);
    return { v: 1, action_id, digest: 'sha256:0', idempotency_key, tool } as const;
  };

  it.each(['refund', 'é'.repeat(128)])('is the one that proposed: %s', (name) => {
    expect(isOfTool(handle(name), owner)).toBe(true);
  });

  it('is no other, whatever the handle says', () => {
    expect(isOfTool(handle('pay', 'refund'), owner)).toBe(false);
    const { idempotency_key } = handle('pay');
    expect(isOfTool({ ...handle('refund'), tool: 'pay', idempotency_key }, owner)).toBe(false);
    expect(isOfTool({ ...handle('refund'), idempotency_key: null }, owner)).toBe(false);
    expect(isOfTool(handle('refund'), { ...owner, tenant: 'globex' })).toBe(false);
  });
});
