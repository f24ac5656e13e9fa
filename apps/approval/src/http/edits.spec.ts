import { apply, createState } from '@countersign/approval';
import type { InternalClient } from '@countersign/service';
import { requestedOf } from '../judge/requested.js';
import { at, decided, gate, proposed } from '../../../../libs/approval/test/records.js';
import { Edits, refuseHidden } from './edits.js';

const action = proposed('a');
const opened = () => {
  const state = createState(0);
  apply(state, at(0, 'ActionDecided', decided(action, { gate: gate({ token_audience: 'urn:x' }) })));
  const found = state.actions.get(action.action_id);
  if (!found?.request) throw new Error('nothing was opened');
  return requestedOf(found, found.request);
};
const said = {
  ...{ policy_decision: 'require_approval', rule: 'large', explanation: '[]', unknown: ['/parameters/method'] },
  ...{ impact: 'low', reversibility: 'low', regulatory_pressure: 'low', gate: gate(), after: null, sensitive: [] },
  denied_before: [],
};
/** Stands for the policy service at the other end of the wire. */
const editing = (answer: object) =>
  new Edits({
    call: () => Promise.resolve({ status: 200, body: { ...said, ...answer } }),
  } as unknown as InternalClient);
const build = (answer: object) =>
  editing(answer).build(opened(), { iban: 'DE02' }, { issuer: 'https://idp', subject: 'ann' });

describe('a change of an action', () => {
  it('is refused where parameters are keyed hashes: nobody but the agent could compute its digest', () => {
    expect(() => refuseHidden({ sensitive: ['/before/name', '/parameters/card'] })).toThrow(
      expect.objectContaining({ code: 'edit_denied_by_policy', details: { pointer: '/parameters/card' } }),
    );
  });

  it('may be made where something else is hidden', () => {
    expect(() => refuseHidden({ sensitive: ['/before/name', '/signals/score'] })).not.toThrow();
  });

  it('is refused where it states what its type calls sensitive, although the proposal did not', async () => {
    const refusal = { code: 'edit_denied_by_policy', details: { pointer: '/parameters/iban' } };
    await expect(build({ sensitive: ['/parameters/iban'] })).rejects.toMatchObject(refusal);
  });

  it('keeps no result that repeats a sensitive value', async () => {
    expect((await build({ after: '{"iban":"DE02"}', sensitive: ['/after/iban'] })).after).toBeNull();
    expect((await build({ after: '{"iban":"DE02"}' })).after).toBe('{"iban":"DE02"}');
  });

  it('brings the classification and what is unknown of its own version', async () => {
    expect(await build({})).toMatchObject({ impact: 'low', unknown: ['/parameters/method'] });
  });

  it('is refused where it needs a token of another audience', async () => {
    const elsewhere = build({ gate: gate({ token_audience: 'urn:y' }) });
    await expect(elsewhere).rejects.toMatchObject({ code: 'edit_denied_by_policy' });
  });
});
