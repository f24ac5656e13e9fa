import { statedIn } from './stated-in.js';

it.each([
  ['a member', { parameters: { iban: 'DE02' } }, ['/parameters/iban']],
  ['a member of a member, by its escaped name', { parameters: { 'a/b': { c: 0 } } }, ['/parameters/a~1b/c']],
  ['an element of a list', { parameters: { all: [{ iban: 'x' }] } }, ['/parameters/all/0/iban']],
  ['a truth value', { parameters: { iban: false } }, ['/parameters/iban']],
  ['null, which says nothing', { parameters: { iban: null } }, []],
  ['no member', { parameters: {} }, []],
  ['another part of the action', { parameters: null, after: { iban: 'x' } }, ['/after/iban']],
])('finds %s at a pointer', (_, members, wanted) => {
  const pointers = ['/parameters/iban', '/parameters/a~1b/c', '/parameters/all/0/iban', '/after/iban'];
  expect(statedIn(pointers, members)).toEqual(wanted);
});
