import { actionIdOf, listQueryOf, untilOf, waitOf } from './queries.js';

describe('wait', () => {
  it.each([
    [undefined, 0],
    ['0s', 0],
    ['30s', 30_000],
    ['60s', 60_000],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['5', 5_000],
  ])('of %p is %p ms', (text, waitMs) => expect(waitOf(text)).toBe(waitMs));

  it.each(['61s', '-1s', 's', '1h', '1e1s', 'NaN', '60.001s', ['1s', '2s']])('of %p is refused', (text) => {
    expect(() => waitOf(text)).toThrow(
      expect.objectContaining({ code: 'invalid_request', details: { pointer: '/wait' } }),
    );
  });
});

describe('other parameters', () => {
  it('name what is at fault', () => {
    expect(() => untilOf('ever')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(() => listQueryOf({ status: 'open' })).toThrow(expect.objectContaining({ details: { pointer: '/status' } }));
    expect(() => listQueryOf({ limit: '201' })).toThrow(expect.objectContaining({ details: { pointer: '/limit' } }));
    expect(() => listQueryOf({ other: 'x' })).toThrow(expect.objectContaining({ details: { pointer: '/other' } }));
    expect(listQueryOf({ run_id: 'r' })).toEqual({ run_id: 'r', limit: 50 });
    expect(listQueryOf({ idempotency_key: '"k-1"' })).toEqual({ idempotency_key: 'k-1', limit: 50 });
  });

  it('are not found when they cannot be an id', () => {
    expect(actionIdOf('act_42c5f297-9a6d-5ca8-a78a-de638ee55f46')).toMatch(/^act_/);
    for (const id of [
      '',
      'act_',
      '../x',
      'act_42C5F297-9a6d-5ca8-a78a-de638ee55f46',
      'req_42c5f297-9a6d-5ca8-a78a-de638ee55f46',
    ]) {
      expect(() => actionIdOf(id)).toThrow(expect.objectContaining({ code: 'not_found' }));
    }
  });
});
