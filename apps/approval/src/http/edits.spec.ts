import { refuseHidden } from './edits.js';

describe('a change of an action', () => {
  it('is refused where parameters are keyed hashes: nobody but the agent could compute its digest', () => {
    expect(() => refuseHidden({ sensitive: ['/before/name', '/parameters/card'] })).toThrow(
      expect.objectContaining({ code: 'edit_denied_by_policy', details: { pointer: '/parameters/card' } }),
    );
  });

  it('may be made where something else is hidden', () => {
    expect(() => refuseHidden({ sensitive: ['/before/name', '/signals/score'] })).not.toThrow();
  });
});
