import { CountersignError, LIMITS } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { encode } from '@countersign/events';
import { admit } from './admit.js';
import { termsUnder } from './testing/terms-under.js';

const proposer = { id: 'a', tenant: 'acme', environments: ['production'], operators: [] };
const termsOf = termsUnder(
  ['copy', 'plain'],
  (type) =>
    `action_type: ${type}\n${type === 'copy' ? 'after: { a: { from: /parameters }, b: { from: /parameters }, c: { merge: [/before, /parameters] } }' : ''}\n`,
);

function admitted(members: { [member: string]: JsonValue }) {
  const head = { run_id: 'r', agent: { id: 'a', version: '1' }, model: { id: 'm' }, action_type: 'plain' };
  const body = { ...head, environment: 'production', parameters: {}, ...members } as JsonValue;
  return admit({ body, idempotency_key: 'k', via: 'http' }, proposer, { keys: {}, termsOf, nowMs: 0 });
}

function refused(members: { [member: string]: JsonValue }): unknown {
  try {
    return admitted(members);
  } catch (fault) {
    if (fault instanceof CountersignError) return { code: fault.code, ...fault.details };
    throw fault;
  }
}

const text = (bytes: number): string => 'x'.repeat(bytes);
const list = (item: JsonValue, length: number): JsonValue[] => Array.from({ length }, () => item);
const tooLarge = (pointer: string) => ({
  ...{ code: 'too_large', pointer, limit: LIMITS.kept },
  size: expect.any(Number) as number,
});

describe('what is kept of a proposal', () => {
  it.each<[string, { [member: string]: JsonValue }, string]>([
    ['numbers grow in canonical form', { preconditions: { a: list(9e15, 36_000) } }, '/preconditions'],
    ['so does a context', { context: { inputs: list(9e15, 36_000) } }, '/context'],
    ['members add up', { parameters: { a: list(1e15, 15_000) }, before: list(1e14, 15_000) }, '/parameters'],
    ['what is derived counts', { action_type: 'copy', before: {}, parameters: { x: text(130_000) } }, '/after'],
    [
      'much of what is derived',
      { action_type: 'copy', before: { z: 1 }, parameters: { x: list(1, 100_000) } },
      '/after',
    ],
  ])('is bounded: %s', (_what, members, pointer) => expect(refused(members)).toEqual(tooLarge(pointer)));

  it('may be as large as the limit, and then its record has room for a diff', () => {
    const half = Math.floor((LIMITS.kept - 2_000) / 2);
    const action = admitted({ before: text(half), after: { a: text(half) } });
    expect(encode('ActionProposed', action).length).toBeLessThan(LIMITS.kept + LIMITS.diff);
  });
});

describe('the diff of a proposal', () => {
  it('is left out where it would be too long, and that is said', () => {
    const [before, after] = [{ [text(60_000)]: list(0, 30_000) }, { [text(60_000)]: list(1, 30_000) }];
    expect(admitted({ before, after })).toMatchObject({ diff: null, diff_truncated: true });
    expect(admitted({ before: { a: 1 }, after: { a: 2 } })).toMatchObject({ diff_truncated: false });
  });
});
