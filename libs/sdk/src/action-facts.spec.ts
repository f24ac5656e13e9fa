import { digestOfAction } from './action-facts.js';
import { facts } from './testing/fixtures.js';

describe('digestOfAction', () => {
  it('is the digest printed in the API contract', () => {
    expect(digestOfAction(facts)).toBe('sha256:2bc98058215ebfb84d46fb1bf041c26e5d45c664dee27b17587711fc56bba6a7');
  });

  it('treats absent members as null', () => {
    const { on_behalf_of: _behalf, target: _target, preconditions: _pre, ...bare } = facts;
    const nulls = { ...bare, on_behalf_of: null, target: null, preconditions: null };
    expect(digestOfAction(bare)).toBe(digestOfAction(nulls));
  });
});
