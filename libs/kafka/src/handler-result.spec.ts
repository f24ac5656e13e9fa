import { of, throwError } from 'rxjs';
import { asFault, handledOf } from './handler-result.js';

it('takes the last value of whatever Nest makes of a handler', async () => {
  await expect(handledOf({ kind: 'done' })).resolves.toEqual({ kind: 'done' });
  await expect(handledOf(Promise.resolve(of({ kind: 'done' }, { kind: 'retry', reason: 'r' })))).resolves.toEqual({
    kind: 'retry',
    reason: 'r',
  });
});

it.each([undefined, null, 'done', { kind: 'finished' }, of()])('refuses %p', async (returned) => {
  await expect(handledOf(returned)).rejects.toThrow(TypeError);
});

it('keeps the error that a stream ends with', async () => {
  await expect(handledOf(throwError(() => new Error('bug')))).rejects.toThrow('bug');
  expect(asFault({ status: 'error', message: 'Internal server error' })).toEqual(new Error('Internal server error'));
  expect(asFault('text')).toEqual(new Error('text'));
});
