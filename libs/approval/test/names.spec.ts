import { apply, createState } from '../src/index.js';
import { names } from '../src/names.js';
import { at, decided, proposed, vote } from './records.js';

describe('whom a text means', () => {
  it.each([
    ['ann', 'ann'],
    ['customer:812', '812'],
    ['urn:acme:user:ann', 'ann'],
    ['employee/ann', 'ann'],
    ['user:Ann', 'ann'],
    ['user: ann', 'ann'],
    ['ann@acme.example', 'ann'],
    ['ann, for the shop', 'ann'],
    ['https://idp.example/users/ann?active=1', 'ann'],
    ['user%3Aann', 'ann'],
    ['user:\u0430nn', 'ann'],
    ['user:ＡＮＮ', 'ann'],
    ['user.ann', 'ann'],
    ['user-ann', 'ann'],
    ['user_ann', 'ann'],
    ['urn:acme:user:ann_', 'ann'],
    ['mary-ann', 'ann'],
    ['auth0|5f7c', 'auth0|5f7c'],
    ['user:auth0|5F7C', 'auth0|5f7c'],
    ['mail:Ann@Acme.example', 'ann@acme.example'],
  ])('%j may mean %s', (text, subject) => expect(names(text, subject)).toBe(true));

  it.each([
    ['customer:8123', '812'],
    ['user:anna', 'ann'],
    ['ann.lee', 'ann'],
    ['ann-marie', 'ann'],
    ['user.ann.lee', 'ann'],
    ['user:joann', 'ann'],
    ['order:12345', 'ann'],
    ['', 'ann'],
  ])('%j does not mean %s', (text, subject) => expect(names(text, subject)).toBe(false));

  it.each(['urn:acme:user:ann', 'employee/ann', 'user:Ann', 'user: ann'])(
    'so nobody approves what serves them: %s',
    (on_behalf_of) => {
      const action = proposed('a', { on_behalf_of });
      const state = createState(0);
      apply(state, at(0, 'ActionDecided', decided(action)));
      const { answer } = apply(state, at(1, 'VoteCast', vote(action, 'ann')));
      expect(answer).toMatchObject({ code: 'not_eligible', rule: 'self' });
    },
  );
});
